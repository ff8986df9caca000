import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from batch_server import KEY, BatchServer, serving
from whole_runs import LEXICON, Table, final_bytes, smallest_table, stats, tune, write_run

from fedbbpt.endpoints.batches.desk import BatchDesk
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.errors import StorageError

DOLLARS = {"prompt": 0.15, "completion": 0.60, "cached": 0.075}


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving(BatchServer(model=Scripted(lexicon=LEXICON))) as server:
        yield server


def endpoint(server: BatchServer, **changes: object) -> Table:
    settings = {"use": "openai", "url": server.url, "model": "small", "key_env": "OUR_KEY"}
    return {**settings, "prices": DOLLARS, **changes}


def test_a_run_in_batches_leaves_the_same_bytes_at_half_the_price(
    server: BatchServer, tmp_path: Path
) -> None:
    patient = endpoint(server, transport="batch", poll_seconds=0.01)
    online = write_run(tmp_path, smallest_table(endpoint(server)), "online.toml")
    batched = write_run(tmp_path, smallest_table(patient), "batched.toml")

    tune(online, tmp_path / "online", OUR_KEY=KEY)
    full = server.nanodollars
    tune(batched, tmp_path / "batched", OUR_KEY=KEY)
    half = server.nanodollars - full

    assert final_bytes(tmp_path / "batched") == final_bytes(tmp_path / "online")
    assert stats(tmp_path / "batched")["calls"] == stats(tmp_path / "online")["calls"]
    # The one question that tells the model goes online and costs all.
    assert full / 2 <= half <= full / 2 * 1.1
    assert set(server.billed.values()) == {1}
    assert server.files == {}


def test_a_run_that_dies_before_it_tidies_up_leaves_no_file_with_the_service(
    server: BatchServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = endpoint(server, transport="batch", poll_seconds=0.01)
    file = write_run(tmp_path, smallest_table(patient))
    tidy_up, died = BatchDesk.clear, list[str]()

    async def die_once(desk: BatchDesk, name: str, files: Sequence[str]) -> None:
        if name not in died:
            died.append(name)
            raise StorageError("the process dies here")
        await tidy_up(desk, name, files)

    monkeypatch.setattr(BatchDesk, "clear", die_once)
    ended = False
    while not ended:
        before = len(died)
        with contextlib.suppress(BaseExceptionGroup, StorageError):
            tune(file, tmp_path / "run", OUR_KEY=KEY)
            ended = True
        assert ended or len(died) == before + 1

    assert len(died) > 2
    assert server.files == {}
