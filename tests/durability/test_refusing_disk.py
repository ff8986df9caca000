import errno
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from whole_runs import (
    PATIENCE,
    SCRIPTED,
    command,
    complete,
    environment,
    final_bytes,
    run_command,
    smallest_table,
    write_run,
)

LIFE = Path(__file__).with_name("disk_life.py")
FULL: dict[str, Any] = {"code": errno.ENOSPC, "lasting": True}
BROKEN: dict[str, Any] = {"code": errno.EIO, "lasting": False}
SPREAD = (1, 2, 3, 4, 9, 30, 61, 92)
"""Numbers of calls to the disk, of about a hundred."""
LAST = 3
"""Calls before the end of the run that are tried as well."""


def tried(
    folder: Path, plans: Sequence[dict[str, Any]], seconds: float = PATIENCE
) -> tuple[int, dict[str, str]]:
    """Try plans in a process of its own; return the calls of an unbroken run, and problems."""
    path = os.pathsep.join((str(LIFE.parent), environment()["PYTHONPATH"]))
    done = subprocess.run(
        [sys.executable, str(LIFE), str(folder), orjson.dumps(list(plans)).decode()],
        env=environment(PYTHONPATH=path),
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    calls, problems = orjson.loads(done.stdout)
    return calls, problems


def test_a_disk_that_refuses_stops_the_run_clearly_and_costs_nothing_that_was_journalled(
    tmp_path: Path,
) -> None:
    plans = [{"at": at, **kind} for at in SPREAD for kind in (FULL, BROKEN)]

    calls, problems = tried(tmp_path, plans)

    assert calls > max(SPREAD)
    assert problems == {}


def test_a_disk_that_takes_half_of_every_write_changes_nothing(tmp_path: Path) -> None:
    _, problems = tried(tmp_path, [{"halves": True}])

    assert problems == {}


@pytest.mark.torture
@pytest.mark.parametrize("kind", [FULL, BROKEN], ids=["full", "broken"])
@pytest.mark.parametrize("halves", [False, True], ids=["whole writes", "short writes"])
def test_a_disk_may_refuse_at_any_call(tmp_path: Path, kind: dict[str, Any], halves: bool) -> None:
    calls, _ = tried(tmp_path / "count", [])
    plans = [{"at": at, "halves": halves, **kind} for at in range(1, calls + LAST)]

    _, problems = tried(tmp_path, plans, seconds=500)

    assert problems == {}


LIMITED = """
import resource, sys
from fedbbpt.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


@pytest.mark.parametrize("size", [5, 700, 5_001, 20_000])
def test_a_limit_of_the_system_on_the_size_of_files_stops_the_command_in_one_line(
    tmp_path: Path, size: int
) -> None:
    file, directory = write_run(tmp_path, smallest_table(SCRIPTED)), tmp_path / "run"
    left = complete(file, tmp_path / "unbroken")
    words = command("run", file, "--dir", directory)[3:]

    refused = subprocess.run(
        [sys.executable, "-c", LIMITED, str(size), *words],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    resumed = run_command("run", file, "--dir", directory)

    assert refused.returncode == 1, refused.stderr
    assert refused.stderr.splitlines()[-1].startswith(f"error: {directory}")
    assert os.strerror(errno.EFBIG) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert resumed.returncode == 0, resumed.stderr
    assert final_bytes(directory) == left
