"""The variable that kills a process for tests is refused in one line where it names no moment."""

from pathlib import Path

import pytest
from run_files import ask, write_run


@pytest.mark.parametrize("value", ["abc", "0", "-1", "1.5", "", "9" * 5000])
def test_a_value_that_names_no_crash_point_is_refused_in_one_line(
    tmp_path: Path, value: str
) -> None:
    file = write_run(tmp_path)

    done = ask(tmp_path, "run", file, "--dry-run", env={"FEDBBPT_CRASH_AT": value})

    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: FEDBBPT_CRASH_AT: {value[:20]!r} names no crash point")
    assert done.stderr.count("\n") == 1
