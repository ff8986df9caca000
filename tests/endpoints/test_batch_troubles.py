from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batch_runs import answers, opened, questions
from batch_server import KEY, BatchServer, listening

from fedbbpt.answers import Missing
from fedbbpt.errors import EndpointError

ASKED = questions()


@pytest.fixture
async def server() -> AsyncIterator[BatchServer]:
    async with listening(BatchServer()) as server:
        yield server


async def test_a_batch_that_somebody_cancelled_stops_the_run_until_it_is_resumed(
    server: BatchServer, tmp_path: Path
) -> None:
    server.fates = ["cancelled"]

    with pytest.raises(EndpointError, match="was cancelled there"):
        await answers(server, tmp_path / "calls.log", ASKED)
    came = await answers(server, tmp_path / "calls.log", ASKED)

    assert not [one for one in came if isinstance(one, Missing)]
    assert [len(one.splitlines()) for one in server.uploads] == [6, 3]
    assert set(server.billed.values()) == {1}


async def test_a_batch_that_is_refused_costs_nothing_and_says_why(
    server: BatchServer, tmp_path: Path
) -> None:
    server.fates = ["failed:model_not_found"]

    async with opened(server.connector(), tmp_path / "calls.log") as line:
        with pytest.raises(EndpointError, match="because of model_not_found"):
            await line.ask(ASKED)
        ledger = line.journal.tally()

    assert (ledger.calls, ledger.possibly_billed) == (1, 0)
    assert server.files == {}


async def test_a_full_queue_is_waited_for(server: BatchServer, tmp_path: Path) -> None:
    server.fates = ["failed:token_limit_exceeded"] * 4

    came = await answers(server, tmp_path / "calls.log", ASKED)

    assert not [one for one in came if isinstance(one, Missing)]
    assert len(server.batches) == 5


@pytest.mark.parametrize("fault", ["lost", "reset", "503"])
@pytest.mark.parametrize("keeps", [True, False])
async def test_a_creation_with_an_unknown_outcome_makes_one_batch(
    server: BatchServer, tmp_path: Path, fault: str, keeps: bool
) -> None:
    server.keeps_metadata = keeps
    server.broken["POST /batches"] = [fault]

    came = await answers(server, tmp_path / "calls.log", ASKED)

    assert not [one for one in came if isinstance(one, Missing)]
    assert len(server.batches) == 1
    assert set(server.billed.values()) == {1}


async def test_looks_that_fail_do_not_end_the_wait(server: BatchServer, tmp_path: Path) -> None:
    server.broken["GET /batches/batch-0"] = ["503", "lost", "reset"] * 4
    server.broken["GET /files/file-1/content"] = ["lost"]

    came = await answers(server, tmp_path / "calls.log", ASKED)

    assert not [one for one in came if isinstance(one, Missing)]
    assert set(server.billed.values()) == {1}


async def test_a_server_without_batch_files_is_told_by_what_to_write(tmp_path: Path) -> None:
    async with listening(BatchServer(takes_batches=False)) as server:
        with pytest.raises(EndpointError, match='write transport = "online"'):
            await answers(server, tmp_path / "calls.log", ASKED)


async def test_a_wrong_key_ends_it_at_once_and_is_not_shown(
    server: BatchServer, tmp_path: Path
) -> None:
    server.broken["POST /files"] = ["401"]

    with pytest.raises(EndpointError, match="access refused") as caught:
        await answers(server, tmp_path / "calls.log", ASKED)

    assert KEY not in str(caught.value)
    assert server.batches == {}


async def test_a_batch_is_found_on_whatever_page_of_the_list_it_stands(
    server: BatchServer, tmp_path: Path
) -> None:
    server.broken["POST /batches"] = ["lost"] * len(ASKED)

    came = await answers(server, tmp_path / "calls.log", ASKED, file_requests=1)

    assert not [one for one in came if isinstance(one, Missing)]
    assert len(server.batches) == len(ASKED)
    assert [call for call in server.log if call == "GET /batches"]


async def test_a_batch_that_is_gone_is_not_sent_again_by_itself(
    server: BatchServer, tmp_path: Path
) -> None:
    server.broken["GET /batches/batch-0"] = ["401"]
    with pytest.raises(EndpointError, match="access refused"):
        await answers(server, tmp_path / "calls.log", ASKED)
    server.batches.clear()

    with pytest.raises(EndpointError, match=r"not there any more .* \[cache\] runs"):
        await answers(server, tmp_path / "calls.log", ASKED)

    assert len(server.uploads) == 1
