from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_server import KEY, BatchServer, serving
from whole_runs import LEXICON, Table, final_bytes, smallest_table, stats, tune, write_run

from fedbbpt.endpoints.scripted import Scripted

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
