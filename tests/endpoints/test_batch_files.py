from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batch_office import TARIFF, absent, item_error
from batch_runs import answers, opened, questions
from batch_server import BatchServer, listening

from fedbbpt.answers import Missing
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import BudgetError, EndpointError

ASKED = questions()


@pytest.fixture
async def server() -> AsyncIterator[BatchServer]:
    async with listening(BatchServer()) as server:
        yield server


async def test_a_list_comes_back_as_it_would_online(server: BatchServer, tmp_path: Path) -> None:
    online = await answers(server, tmp_path / "online.log", ASKED, transport="online")

    batched = await answers(server, tmp_path / "batched.log", ASKED)

    assert batched == online
    assert len(server.batches) == 1
    assert set(server.billed.values()) == {1}
    assert len(server.billed) == len(ASKED)


async def test_what_was_answered_is_never_asked_again(server: BatchServer, tmp_path: Path) -> None:
    first = await answers(server, tmp_path / "calls.log", ASKED)

    again = await answers(server, tmp_path / "calls.log", ASKED + questions(8))

    assert again[: len(ASKED)] == first
    assert set(server.billed.values()) == {1}
    assert len(server.billed) == 8


async def test_the_question_that_tells_the_model_goes_online(
    server: BatchServer, tmp_path: Path
) -> None:
    await answers(server, tmp_path / "calls.log", ASKED)
    await answers(server, tmp_path / "calls.log", questions(7))

    assert len(server.online) == 2
    assert server.online[0] == server.online[1]


async def test_nothing_of_a_batch_stays_at_the_endpoint(
    server: BatchServer, tmp_path: Path
) -> None:
    await answers(server, tmp_path / "calls.log", ASKED)

    assert len(server.names) == 2
    assert server.files == {}


async def test_a_long_list_is_split_at_the_limits(server: BatchServer, tmp_path: Path) -> None:
    by_number = await answers(server, tmp_path / "number.log", ASKED, file_requests=4)
    by_size = await answers(server, tmp_path / "size.log", ASKED, file_bytes=700)

    assert by_number == by_size
    assert [len(one.splitlines()) for one in server.uploads] == [4, 2, 2, 2, 2]
    assert max(map(len, server.uploads[2:])) <= 700


async def test_a_request_that_fits_no_file_is_said_before_anything_is_sent(
    server: BatchServer, tmp_path: Path
) -> None:
    with pytest.raises(EndpointError, match="raise file_bytes or shorten the prompt"):
        await answers(server, tmp_path / "calls.log", ASKED, file_bytes=50)

    assert server.uploads == []


async def test_items_that_fail_for_now_are_in_the_next_batch(
    server: BatchServer, tmp_path: Path
) -> None:
    def busy(_key: str, times: int) -> dict[str, object] | None:
        return item_error(500, "busy") if times == 1 else None

    online = await answers(server, tmp_path / "online.log", ASKED, transport="online")
    server.faults = busy

    batched = await answers(server, tmp_path / "calls.log", ASKED)

    assert batched == online
    assert len(server.batches) == 2
    assert set(server.billed.values()) == {1}


async def test_an_item_that_never_gets_a_line_is_missing_after_three_batches(
    server: BatchServer, tmp_path: Path
) -> None:
    server.faults = absent

    async with opened(server.connector(), tmp_path / "calls.log") as line:
        came = await line.ask(ASKED[:1])
        ledger = line.journal.tally()

    assert came == [Missing("no line in the batch's files")]
    assert len(server.batches) == 3
    assert ledger.possibly_billed == 3


async def test_an_item_that_is_refused_for_good_ends_the_run_and_the_rest_is_kept(
    server: BatchServer, tmp_path: Path
) -> None:
    refused: list[str] = []

    def one(key: str, _times: int) -> dict[str, object] | None:
        refused[:] = refused or [key]
        return item_error(400, "too long") if key in refused else None

    server.faults = one
    async with opened(server.connector(), tmp_path / "calls.log") as line:
        with pytest.raises(EndpointError, match="request refused, 400"):
            await line.ask(ASKED)
        ledger = line.journal.tally()

    assert ledger.calls == len(ASKED)  # the question that tells the model is one of them
    assert ledger.possibly_billed == 0
    assert server.files == {}


async def test_what_an_expired_batch_did_not_come_to_is_sent_again(
    server: BatchServer, tmp_path: Path
) -> None:
    server.fates = ["expired"]

    async with opened(server.connector(), tmp_path / "calls.log") as line:
        came = await line.ask(ASKED)
        ledger = line.journal.tally()

    assert not [one for one in came if isinstance(one, Missing)]
    assert [len(one.splitlines()) for one in server.uploads] == [6, 3]
    assert ledger.possibly_billed == 0
    assert ledger.failed == 3
    assert set(server.billed.values()) == {1}


async def test_batches_that_expire_again_and_again_leave_their_items_missing(
    server: BatchServer, tmp_path: Path
) -> None:
    server.fates = ["expired"] * 3

    came = await answers(server, tmp_path / "calls.log", ASKED)

    assert Counter(map(str, came))[str(Missing("batch expired"))] == 1
    assert len(server.batches) == 3


async def test_a_cap_holds_a_batch_back_and_not_the_answers_of_one_that_was_sent(
    server: BatchServer, tmp_path: Path
) -> None:
    caps = Caps(calls=1 + len(ASKED))
    server.fates = ["cancelled"]

    async with opened(server.connector(), tmp_path / "calls.log", caps) as line:
        with pytest.raises(BudgetError):
            await line.ask(questions(9))
        assert server.uploads == []
        with pytest.raises(EndpointError, match="cancelled"):
            await line.ask(ASKED)
        came = await line.ask(ASKED)

    assert not [one for one in came if isinstance(one, Missing)]


async def test_the_ledger_is_the_bill_at_half_the_price(
    server: BatchServer, tmp_path: Path
) -> None:
    server.fates = ["expired"]

    async with opened(server.connector(), tmp_path / "calls.log", tariff=TARIFF) as line:
        await line.ask(ASKED)
        ledger = line.journal.tally()

    assert ledger.nanodollars == server.nanodollars > 0
    assert ledger.possibly_billed_nanodollars == 0
