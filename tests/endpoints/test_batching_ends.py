"""How a batch ends before its time: what is under way lands, nothing more begins."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from shouting_wire import PROFILE, UNLIMITED, Shouting, batched, replies, requests

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Spend
from fedbbpt.errors import EndpointError, OutageError
from fedbbpt.storage.framed_log import FramedLog


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with FramedLog.open(tmp_path / "calls.log") as log:
        yield Journal(log)


async def test_a_request_that_fails_for_the_moment_again_and_again_pauses_and_never_is_missing(
    journal: Journal,
) -> None:
    busy: list[Exception] = [AttemptError("status 503", billed=False) for _ in range(2)]
    wire = Shouting({"b": busy})
    endpoint = batched(wire, journal)

    with pytest.raises(OutageError) as caught:
        await endpoint.complete(requests("a", "b", "c"))

    assert str(caught.value) == (
        "this process: a request failed again and again (status 503); nothing is lost: give the "
        "same command again later, and it goes on"
    )
    assert caught.value.reason == "status 503"
    assert journal.account.promised == Spend(0, 0)
    assert journal.flights == {}
    assert await endpoint.complete(requests("a", "b", "c")) == replies("a", "b", "c")
    assert wire.sent == ["a", "b", "c", "b", "b"]


async def test_beyond_the_patience_nothing_more_is_begun_and_what_is_under_way_comes_in(
    journal: Journal,
) -> None:
    wish = AttemptError("status 429", billed=False, retry_after=3600.0)
    wire = Shouting({"b": [wish]})
    endpoint = batched(wire, journal, concurrency=2)

    asking = asyncio.create_task(endpoint.complete(requests("gated a", *"bcdefghijklmn")))
    await asyncio.sleep(0.01)
    wire.gate.set()
    with pytest.raises(OutageError, match=r"asks for a pause of 3,600 s \(status 429\); nothing"):
        await asking

    assert wire.sent == ["gated a", "b"]
    assert journal.tally().calls == 1


async def test_a_refusal_for_good_comes_out_plain_and_what_is_under_way_lands(
    journal: Journal,
) -> None:
    refusal = EndpointError("401: check the key")
    wire = Shouting({"b": [refusal]})
    endpoint = batched(wire, journal)

    asking = asyncio.create_task(
        endpoint.complete(requests("gated a", "b", "gated c", "gated d", *"efgh"))
    )
    await asyncio.sleep(0.02)
    assert not asking.done()
    wire.gate.set()
    with pytest.raises(EndpointError) as caught:
        await asking

    assert caught.value is refusal
    assert wire.cancelled == []
    # The place that the refused request leaves may be taken before it is known to be refused.
    assert {"gated a", "b", "gated c", "gated d"} <= set(wire.sent) <= {*wire.sent[:4], "e"}
    assert journal.flights == {}
    assert journal.account.promised == Spend(0, 0)
    assert journal.tally().possibly_billed == 0
    assert journal.tally().calls == len(wire.sent) - 1


async def test_after_a_refusal_no_other_endpoint_over_the_journal_begins_anything(
    journal: Journal,
) -> None:
    refusing = Shouting({"gated a": [EndpointError("401: check the key")]})
    patient = Shouting()
    slow, others = batched(refusing, journal), batched(patient, journal, concurrency=1)

    asking = asyncio.create_task(slow.complete(requests("gated a")))
    waiting = asyncio.create_task(others.complete(requests("gated x", "y", "z")))
    await asyncio.sleep(0.01)
    refusing.gate.set()
    await asyncio.sleep(0.01)
    patient.gate.set()
    results = await asyncio.gather(asking, waiting, return_exceptions=True)

    assert [str(result) for result in results] == ["401: check the key"] * 2
    assert patient.sent == ["gated x"]
    assert journal.tally().calls == 1
    assert await others.complete(requests("gated x", "y", "z")) == replies("gated x", "y", "z")
    assert patient.sent == ["gated x", "y", "z"]


async def test_a_retry_that_pauses_is_not_awaited_after_a_refusal(journal: Journal) -> None:
    busy: list[Exception] = [AttemptError("status 503", billed=False)]
    wire = Shouting({"a": busy, "gated b": [EndpointError("401: check the key")]})
    recorded = Recorded(wire, journal, PROFILE, "ann", UNLIMITED)
    retrying = Retrying(Limited(recorded, Limiter(Bounds(4))))
    endpoint = Batched(retrying, PROFILE, journal, UNLIMITED)
    began = asyncio.get_running_loop().time()

    asking = asyncio.create_task(endpoint.complete(requests("a", "gated b")))
    await asyncio.sleep(0.01)
    wire.gate.set()
    with pytest.raises(EndpointError):
        await asking

    assert asyncio.get_running_loop().time() - began < 0.4
    assert wire.sent == ["a", "gated b"]
