import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from shouting_wire import PROFILE, Shouting, batched, garbage, replies, requests

from fedbbpt.answers import Missing
from fedbbpt.endpoints import Endpoint
from fedbbpt.endpoints.batching import LANES, Batched
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps, Spend
from fedbbpt.errors import StorageError
from fedbbpt.storage.framed_log import FramedLog


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with FramedLog.open(tmp_path / "calls.log") as log:
        yield Journal(log)


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


async def test_an_item_without_a_usable_reply_is_missing_and_the_rest_is_answered(
    journal: Journal,
) -> None:
    wire = Shouting({"b": garbage(2), "c": garbage(1)})
    endpoint = batched(wire, journal)

    answers = await endpoint.complete(requests("a", "b", "c", "b"))

    missing = Missing("unreadable body")
    assert answers == [*replies("a"), missing, *replies("c"), missing]
    assert counts(endpoint) == (4, 0, 2, 2)
    assert journal.account.promised == Spend(0, 0)


async def test_what_was_missing_is_asked_again_by_the_next_batch(journal: Journal) -> None:
    wire = Shouting({"a": garbage(1)})
    endpoint = batched(wire, journal, attempts=1)
    first = await endpoint.complete(requests("a"))

    second = await endpoint.complete(requests("a"))

    assert (first, second) == ([Missing("unreadable body")], replies("a"))


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
