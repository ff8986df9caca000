import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import AttemptError, Profile
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import BudgetError
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

PROFILE = Profile("fake", "this process", "model", "model", 0, 4, local=True)


def requests(*texts: str) -> list[Request]:
    return [Request((Message("user", text),)) for text in texts]


def replies(*texts: str) -> list[Completion]:
    return [Completion(text.upper(), usage=Usage(5, 1)) for text in texts]


class Shouting:
    """A wire that answers in capitals; some texts fail once or wait for a signal."""

    def __init__(self, failures: dict[str, AttemptError] | None = None) -> None:
        self.failures = failures or {}
        self.sent: list[str] = []
        self.gate = asyncio.Event()

    async def send(self, request: Request) -> Completion:
        text = request.messages[0].content
        self.sent.append(text)
        if text.startswith("gated"):
            await self.gate.wait()
        if failure := self.failures.pop(text, None):
            raise failure
        return Completion(text.upper(), usage=Usage(5, 1))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with FramedLog.open(tmp_path / "calls.log") as log:
        yield Journal(log)


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def batched(wire: Shouting, journal: Journal, *, caps: Caps, concurrency: int = 4) -> Batched:
    recorded = Recorded(wire, journal, PROFILE, "ann", caps)
    return Batched(
        Retrying(Limited(recorded, Limiter(Bounds(concurrency))), sleep=no_sleep),
        PROFILE,
        journal,
        caps,
    )


async def test_a_batch_beyond_the_cap_is_refused_before_anything_is_sent(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal, caps=Caps(calls=4))
    await endpoint.complete(requests("a", "b"))

    with pytest.raises(BudgetError, match=r"2 of 4 .* needs 3; raise .* at least 5"):
        await endpoint.complete(requests("a", "c", "d", "e"))

    assert wire.sent == ["a", "b"]
    assert await endpoint.complete(requests("a", "c", "d", "c")) == replies("a", "c", "d", "c")


async def test_a_batch_beyond_the_token_cap_is_refused(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal, caps=Caps(tokens=100))
    await endpoint.complete(requests("a"))

    await endpoint.complete(requests("b"))
    with pytest.raises(BudgetError, match=r"tokens: 12 of 100 .* needs 164"):
        await endpoint.complete(requests("c", "d"))

    assert wire.sent == ["a", "b"]


async def test_the_room_for_reasoning_counts_against_the_token_cap(journal: Journal) -> None:
    wire = Shouting()
    caps = Caps(tokens=150)
    profile = replace(PROFILE, form=ChatForm(reasoning_tokens=100))
    endpoint = Batched(Recorded(wire, journal, profile, "ann", caps), profile, journal, caps)

    with pytest.raises(BudgetError, match=r"tokens: 0 of 150 .* needs 182"):
        await endpoint.complete(requests("a"))
    with pytest.raises(BudgetError, match=r"needs 182"):
        await Recorded(wire, journal, profile, "ann", caps).send(*requests("a"))

    assert not wire.sent


async def test_two_batches_at_once_do_not_pass_the_cap_together(journal: Journal) -> None:
    wire = Shouting()
    caps = Caps(calls=3)
    ann, ben = batched(wire, journal, caps=caps), batched(wire, journal, caps=caps)

    first = asyncio.create_task(ann.complete(requests("gated a", "gated b")))
    await asyncio.sleep(0.01)
    with pytest.raises(BudgetError):
        await ben.complete(requests("c", "d"))
    assert await ben.complete(requests("c")) == replies("c")
    wire.gate.set()

    assert await first == replies("gated a", "gated b")
    assert journal.tally().calls == 3


async def test_when_retries_use_up_the_cap_the_paid_replies_still_come_in(
    journal: Journal,
) -> None:
    wire = Shouting({"a": AttemptError("timeout", billed=True)})
    caps = Caps(calls=3)
    endpoint = batched(wire, journal, caps=caps, concurrency=1)

    with pytest.raises(BudgetError, match="at least 4"):
        await endpoint.complete(requests("a", "b", "c"))

    ledger = journal.tally()
    assert (ledger.calls, ledger.possibly_billed) == (2, 1)
    resumed = batched(wire, journal, caps=Caps(calls=4))
    assert await resumed.complete(requests("a", "b", "c")) == replies("a", "b", "c")
    assert wire.sent == ["a", "b", "c", "a"]
