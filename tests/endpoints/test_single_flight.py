import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

PROFILE = Profile("fake", "this process", "model", "model", 0, 4, local=True)


def requests(*texts: str) -> list[Request]:
    return [Request((Message("user", text),)) for text in texts]


def replies(*texts: str) -> list[Completion]:
    return [Completion(text.upper(), usage=Usage(5, 1)) for text in texts]


class Shouting:
    """A wire that answers in capitals; some texts wait for a signal."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.gate = asyncio.Event()

    async def send(self, request: Request) -> Completion:
        text = request.messages[0].content
        self.sent.append(text)
        if text.startswith("gated"):
            await self.gate.wait()
        await asyncio.sleep(0)
        return Completion(text.upper(), usage=Usage(5, 1))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with FramedLog.open(tmp_path / "calls.log") as log:
        yield Journal(log)


def batched(wire: Shouting, journal: Journal, *, concurrency: int = 4) -> Batched:
    recorded = Recorded(wire, journal, PROFILE, "ann")
    return Batched(Limited(recorded, Limiter(Bounds(concurrency))), PROFILE, journal, Caps())


def counts(endpoint: Batched) -> tuple[int, int, int, int]:
    return endpoint.requests, endpoint.hits, endpoint.calls, endpoint.missing


async def test_two_owners_asking_the_same_at_once_share_one_call(journal: Journal) -> None:
    wire = Shouting()
    ann, ben = batched(wire, journal), batched(wire, journal)

    async with asyncio.TaskGroup() as group:
        first = group.create_task(ann.complete(requests("a", "b")))
        second = group.create_task(ben.complete(requests("b", "c")))

    assert (first.result(), second.result()) == (replies("a", "b"), replies("b", "c"))
    assert sorted(wire.sent) == ["a", "b", "c"]
    assert (counts(ann), counts(ben)) == ((2, 0, 2, 0), (2, 1, 1, 0))
    assert journal.flights == {}


async def test_two_batches_that_wait_for_each_other_both_end(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal, concurrency=1)

    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        group.create_task(endpoint.complete(requests("a", "b", "c")))
        group.create_task(endpoint.complete(requests("d", "c", "a")))
        group.create_task(endpoint.complete(requests("d", "b")))

    assert sorted(wire.sent) == ["a", "b", "c", "d"]
    assert counts(endpoint) == (8, 4, 4, 0)


async def test_when_the_asking_batch_is_cancelled_the_waiting_one_asks_itself(
    journal: Journal,
) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(endpoint.complete(requests("gated a")))
        await asyncio.sleep(0.01)
        second = group.create_task(endpoint.complete(requests("gated a")))
        await asyncio.sleep(0.01)

        first.cancel()
        await asyncio.sleep(0.01)
        wire.gate.set()

    assert first.cancelled()
    assert second.result() == replies("gated a")
    assert wire.sent == ["gated a", "gated a"]
    assert (journal.tally().calls, journal.tally().possibly_billed) == (1, 1)


async def test_cancelling_the_waiting_batch_leaves_the_asking_one_alone(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(endpoint.complete(requests("gated a")))
        await asyncio.sleep(0.01)
        second = group.create_task(endpoint.complete(requests("gated a")))
        await asyncio.sleep(0.01)

        second.cancel()
        await asyncio.sleep(0.01)
        wire.gate.set()

    assert second.cancelled()
    assert first.result() == replies("gated a")
    assert wire.sent == ["gated a"]
