from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from batch_server import KEY, BatchServer, serving
from model_server import MODEL
from whole_runs import complete, final_bytes, run_command, smallest_table, stats, write_run

KILLED = -9
VARIABLE = "OUR_KEY"
MOST = 1_000
"""More crash points than a run in batches has."""


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving(BatchServer(model=MODEL)) as served:
        yield served


def unpaid_twice(server: BatchServer, folder: Path, points: Iterable[int]) -> int:
    """Crash a run in batches at points, until one is never reached; return the last reached.

    After each crash the same command must end with the bytes, the calls and the bill of an unbroken
    run, and must leave no file with the service.
    """
    place = {"url": server.url, "model": "small", "key_env": VARIABLE, "poll_seconds": 0.01}
    table = smallest_table({"use": "openai", "transport": "batch", **place})
    file = write_run(folder, table)
    left = complete(file, folder / "unbroken", **{VARIABLE: KEY})
    calls, billed = stats(folder / "unbroken")["calls"], dict(server.billed)
    reached = 0
    for point in points:
        server.forget()
        directory = folder / f"{point}"
        crash = {VARIABLE: KEY, "FEDBBPT_CRASH_AT": str(point)}
        if run_command("run", file, "--dir", directory, **crash).returncode != KILLED:
            break
        again = run_command("run", file, "--dir", directory, **{VARIABLE: KEY})
        assert again.returncode == 0, f"point {point}: {again.stderr}"
        assert final_bytes(directory) == left, f"point {point}"
        assert set(server.billed.values()) == {1}, f"point {point}: {server.billed}"
        assert server.billed.keys() == billed.keys(), f"point {point}"
        # Each process that sends something first asks which model answers.
        assert calls <= stats(directory)["calls"] <= calls + 1, f"point {point}"
        assert server.files == {}, f"point {point}"
        reached = point
    return reached


def test_a_run_in_batches_that_crashes_pays_no_item_twice(
    server: BatchServer, tmp_path: Path
) -> None:
    points = (9, 14, 21, 40)

    assert unpaid_twice(server, tmp_path, points) == max(points)


@pytest.mark.torture
def test_a_run_in_batches_may_crash_at_any_point(server: BatchServer, tmp_path: Path) -> None:
    reached = unpaid_twice(server, tmp_path, range(1, MOST))

    assert 30 < reached < MOST - 1
