import subprocess
import sys

import pytest

from fedbbpt.storage.crash import arm, crash_point

PROGRAM = """
import sys
from fedbbpt.storage.crash import arm, crash_point
arm(int(sys.argv[1]))
for number in range(1, 4):
    crash_point(f"step {number}")
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_the_process_dies_just_before_the_named_crash_point() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, "3"], capture_output=True, text=True, check=False
    )

    assert run.returncode == -9
    assert run.stdout == "1\n2\n"
    assert "step 3" in run.stderr


def test_a_disarmed_hook_does_nothing() -> None:
    arm(None)

    crash_point("anything")


def test_a_crash_point_below_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="FEDBBPT_CRASH_AT: 0"):
        arm(0)
