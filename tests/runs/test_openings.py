"""Who opened a sealed split, and how often."""

import subprocess
import sys
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.runs.openings import open_test


def test_another_run_is_a_further_opening(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"

    counts = [open_test(log, "split-a", run) for run in ("first", "second", "third")]

    assert counts == [1, 2, 3]


def test_resuming_a_run_is_no_further_opening(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"

    counts = [open_test(log, "split-a", run) for run in ("first", "first", "second", "first")]

    assert counts == [1, 1, 2, 2]


def test_openings_of_other_splits_do_not_count(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"

    counts = [open_test(log, split, "first") for split in ("split-a", "split-b", "split-a")]

    assert counts == [1, 1, 1]
    assert open_test(log, "split-b", "second") == 2


def test_a_resumed_opening_writes_nothing(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"
    open_test(log, "split-a", "first")
    before = log.read_bytes()

    open_test(log, "split-a", "first")

    assert log.read_bytes() == before


def test_a_log_that_is_none_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"
    log.write_bytes(b"somebody else's notes, long enough to be no torn header at all\n")

    with pytest.raises(StorageError, match=r"test-openings\.log"):
        open_test(log, "split-a", "first")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"test-openings\.log"):
        open_test(tmp_path / "absent" / "test-openings.log", "split-a", "first")


def test_runs_that_open_a_split_in_the_same_instant_all_count(tmp_path: Path) -> None:
    log = tmp_path / "test-openings.log"
    code = (
        "import sys; from pathlib import Path; from fedbbpt.runs.openings import open_test;"
        "sys.stdin.readline();"
        "[open_test(Path(sys.argv[1]), 'split-a', sys.argv[2] + str(n)) for n in range(25)]"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, log, run], stdin=subprocess.PIPE, text=True)
        for run in ("left", "right")
    ]

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0, 0]
    assert open_test(log, "split-a", "last") == 51
