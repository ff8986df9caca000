import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import AttemptError, Endpoint, Profile
from fedbbpt.endpoints.batching import LANES, Batched
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps, Spend
from fedbbpt.errors import EndpointError, StorageError
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

PROFILE = Profile("fake", "this process", "model", "model", 0, 4, local=True)
UNLIMITED = Caps()


def requests(*texts: str) -> list[Request]:
    return [Request((Message("user", text),)) for text in texts]


def replies(*texts: str) -> list[Completion]:
    return [Completion(text.upper(), usage=Usage(5, 1)) for text in texts]


class Shouting:
    """A wire that answers in capitals; some texts fail, hang or wait for a signal."""

    def __init__(self, failures: dict[str, list[Exception]] | None = None) -> None:
        self.failures = failures or {}
        self.sent: list[str] = []
        self.gate = asyncio.Event()
        self.cancelled: list[str] = []

    async def send(self, request: Request) -> Completion:
        text = request.messages[0].content
        self.sent.append(text)
        try:
            await asyncio.sleep(0)
            if text.startswith("gated"):
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(text)
            raise
        if self.failures.get(text):
            raise self.failures[text].pop(0)
        return Completion(text.upper(), usage=Usage(5, 1))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with FramedLog.open(tmp_path / "calls.log") as log:
        yield Journal(log)


def batched(
    wire: Shouting,
    journal: Journal,
    *,
    caps: Caps = UNLIMITED,
    attempts: int = 2,
    concurrency: int = 4,
) -> Batched:
    async def no_sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    recorded = Recorded(wire, journal, PROFILE, "ann", caps)
    retrying = Retrying(Limited(recorded, Limiter(Bounds(concurrency))), attempts, sleep=no_sleep)
    return Batched(retrying, PROFILE, journal, caps)


def counts(endpoint: Batched) -> tuple[int, int, int, int]:
    return endpoint.requests, endpoint.hits, endpoint.calls, endpoint.missing


async def test_replies_keep_their_positions_and_sends_their_order(journal: Journal) -> None:
    wire = Shouting()
    endpoint: Endpoint = batched(wire, journal, concurrency=2)

    answers = await endpoint.complete(requests("a", "b", "c", "d"))

    assert answers == replies("a", "b", "c", "d")
    assert wire.sent == ["a", "b", "c", "d"]
    assert endpoint.profile is PROFILE


async def test_an_empty_batch_is_answered(journal: Journal) -> None:
    assert await batched(Shouting(), journal).complete([]) == []


async def test_what_was_answered_before_costs_no_call(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal)
    await endpoint.complete(requests("a", "b"))

    answers = await endpoint.complete(requests("b", "c", "a"))

    assert answers == replies("b", "c", "a")
    assert wire.sent == ["a", "b", "c"]
    assert counts(endpoint) == (5, 2, 3, 0)


async def test_a_batch_of_hits_needs_no_wire_no_task_and_no_budget(journal: Journal) -> None:
    await batched(Shouting(), journal).complete(requests("a"))
    offline = batched(Shouting(), journal, caps=Caps(calls=0))

    step = offline.complete(requests("a", "a"))

    with pytest.raises(StopIteration) as done:
        step.send(None)
    assert done.value.value == replies("a", "a")


async def test_the_same_question_twice_in_a_batch_is_one_call(journal: Journal) -> None:
    wire = Shouting()
    endpoint = batched(wire, journal)

    answers = await endpoint.complete(requests("a", "b", "a"))

    assert answers == replies("a", "b", "a")
    assert wire.sent == ["a", "b"]
    assert counts(endpoint) == (3, 1, 2, 0)


async def test_an_item_without_a_reply_is_missing_and_the_rest_is_answered(
    journal: Journal,
) -> None:
    busy: list[Exception] = [AttemptError("status 503", billed=False) for _ in range(2)]
    wire = Shouting({"b": busy, "c": busy[:1]})
    endpoint = batched(wire, journal)

    answers = await endpoint.complete(requests("a", "b", "c", "b"))

    assert answers == [*replies("a"), Missing("status 503"), *replies("c"), Missing("status 503")]
    assert counts(endpoint) == (4, 0, 2, 2)
    assert journal.account.promised == Spend(0, 0)


async def test_what_was_missing_is_asked_again_by_the_next_batch(journal: Journal) -> None:
    wire = Shouting({"a": [AttemptError("timeout", billed=True)]})
    endpoint = batched(wire, journal, attempts=1)
    first = await endpoint.complete(requests("a"))

    second = await endpoint.complete(requests("a"))

    assert (first, second) == ([Missing("timeout")], replies("a"))


async def test_a_refusal_for_good_comes_out_plain_and_stops_the_others(journal: Journal) -> None:
    refusal = EndpointError("401: check the key")
    wire = Shouting({"b": [refusal]})
    endpoint = batched(wire, journal)

    with pytest.raises(EndpointError) as caught:
        await endpoint.complete(requests("gated a", "b", "gated c", "gated d", *"efgh"))

    assert caught.value is refusal
    # The place that the refused request leaves may be taken once before the others hear of it.
    assert {"gated a", "gated c", "gated d"} <= set(wire.cancelled) <= set(wire.sent)
    assert not {"f", "g", "h"} & set(wire.sent)
    assert journal.flights == {}
    assert journal.account.promised == Spend(0, 0)
    assert journal.tally().possibly_billed == len(wire.cancelled) <= 4


async def test_a_mistake_in_a_wire_is_not_hidden(journal: Journal) -> None:
    wire = Shouting({"a": [KeyError("bug")]})

    with pytest.raises(ExceptionGroup) as caught:
        await batched(wire, journal).complete(requests("a"))

    assert isinstance(caught.value.exceptions[0], KeyError)


async def test_a_full_disk_stops_the_batch_with_its_own_error(tmp_path: Path) -> None:
    def full(descriptor: int, data: memoryview) -> int:
        raise OSError(28, "no space left on device")

    wire = Shouting()
    with (
        FramedLog.open(tmp_path / "calls.log", write=full) as log,
        pytest.raises(StorageError, match=r"calls\.log"),
    ):
        await batched(wire, Journal(log)).complete(requests("a", "b"))

    assert wire.sent == []


async def test_a_large_batch_does_not_take_a_task_for_every_request(journal: Journal) -> None:
    wire = Shouting()
    texts = [f"gated {number}" for number in range(200)]
    before = len(asyncio.all_tasks())

    asking = asyncio.create_task(batched(wire, journal).complete(requests(*texts)))
    await asyncio.sleep(0.01)
    tasks = len(asyncio.all_tasks()) - before
    wire.gate.set()

    assert await asking == replies(*texts)
    assert tasks <= 1 + LANES * PROFILE.concurrency < len(texts)
    assert wire.sent == texts


async def test_the_same_replies_come_at_any_concurrency(tmp_path: Path) -> None:
    texts = [f"text {number % 30}" for number in range(50)]
    answers = []

    for concurrency in (1, 16):
        with FramedLog.open(tmp_path / f"{concurrency}.log") as log:
            endpoint = batched(Shouting(), Journal(log), concurrency=concurrency)
            answers.append(await endpoint.complete(requests(*texts)))

    assert answers[0] == answers[1] == replies(*texts)
