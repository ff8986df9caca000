from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from whole_runs import (
    SCRIPTED,
    complete,
    final_bytes,
    journalled,
    run_command,
    smallest_table,
    stats,
    write_run,
)

KILLED = -9
TOGETHER = 2
"""Processes at once, and calls under way at once in each of them."""


class Unbroken(NamedTuple):
    """The run without a crash: its file, what it left, and how many calls it paid."""

    file: Path
    left: dict[str, bytes]
    calls: int


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    folder = tmp_path_factory.mktemp("unbroken")
    file = write_run(folder, smallest_table({**SCRIPTED, "concurrency": TOGETHER}))
    left = complete(file, folder / "run")
    return Unbroken(file, left, stats(folder / "run")["calls"])


def crash_at(file: Path, directory: Path, point: int) -> bool:
    """Start the command; say whether it reached the crash point and died there."""
    done = run_command("run", file, "--dir", directory, FEDBBPT_CRASH_AT=str(point))
    assert done.returncode in {0, KILLED}, done.stderr
    return done.returncode == KILLED


def problem(unbroken: Unbroken, directory: Path, point: int) -> str:
    """Crash at a point, start again, and say what is then not as it would be unbroken."""
    if not crash_at(unbroken.file, directory, point):
        return f"point {point} was never reached"
    again = run_command("run", unbroken.file, "--dir", directory)
    if again.returncode != 0:
        return f"point {point}: {again.stderr}"
    if final_bytes(directory) != unbroken.left:
        return f"point {point}: other bytes"
    if set(journalled(directory, "done").values()) != {1}:
        return f"point {point}: a journalled call was paid twice"
    cost = stats(directory)
    if cost["calls"] != unbroken.calls or cost["possibly_billed"] > TOGETHER:
        return f"point {point}: {cost}"
    leftovers = [path.name for path in directory.rglob(".*.tmp")]
    return f"point {point}: {leftovers} stayed" if leftovers else ""


def problems(unbroken: Unbroken, folder: Path, points: Iterable[int]) -> list[str]:
    """Return the problems of many points; each has a folder of its own."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        found = pool.map(lambda n: problem(unbroken, folder / f"{n}" / "run", n), points)
    return [text for text in found if text]


def last_point(unbroken: Unbroken, folder: Path) -> int:
    """Return how many crash points the run has, by bisection."""
    reached, missed = 1, 512
    while missed - reached > 1:
        middle = (reached + missed) // 2
        if crash_at(unbroken.file, folder / f"bisection {middle}", middle):
            reached = middle
        else:
            missed = middle
    return reached


def test_after_a_crash_at_many_points_the_same_command_ends_with_the_same_bytes(
    unbroken: Unbroken, tmp_path: Path
) -> None:
    points = (2, 17, 55, 98, 125, 141)

    found = problems(unbroken, tmp_path, points)

    assert not found, "\n".join(found)


def test_a_run_that_dies_at_its_fortieth_moment_each_time_still_gets_to_its_end(
    unbroken: Unbroken, tmp_path: Path
) -> None:
    deaths = 0

    while crash_at(unbroken.file, tmp_path / "run", 40):
        deaths += 1

    assert deaths >= 2
    assert final_bytes(tmp_path / "run") == unbroken.left
    assert set(journalled(tmp_path / "run", "done").values()) == {1}


def test_a_journal_compacted_after_a_crash_ends_with_the_same_bytes_and_pays_nothing_twice(
    unbroken: Unbroken, tmp_path: Path
) -> None:
    for point in (60, 120):
        directory = tmp_path / f"{point}"
        died = crash_at(unbroken.file, directory, point)

        compacted = run_command("compact", directory)

        assert died
        assert compacted.returncode == 0, compacted.stderr
        assert complete(unbroken.file, directory) == unbroken.left
        assert stats(directory)["calls"] == unbroken.calls
        assert stats(directory)["possibly_billed"] <= TOGETHER


@pytest.mark.torture
def test_after_a_crash_at_any_point_the_same_command_ends_with_the_same_bytes(
    unbroken: Unbroken, tmp_path: Path
) -> None:
    count = last_point(unbroken, tmp_path)

    found = problems(unbroken, tmp_path, range(1, count + 1))

    assert count > 100
    assert not found, "\n".join(found)
