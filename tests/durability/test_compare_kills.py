"""A comparison killed at its records goes on to the same bytes, and pays for nothing twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from run_files import write_run

pytestmark = pytest.mark.durability

WORDS = ["compare", "run.toml", "--recipes", "halving", "--seeds", "0", "--without", "local only"]
SAME = ("compare.json", "rows.csv", "seeds.csv", "items.csv", "prompts.json", "table.md")


def compare(folder: Path, kept: str, crash_at: int = 0) -> int:
    """Run the comparison in a process of its own and return its exit code."""
    crash = {"FEDBBPT_CRASH_AT": str(crash_at)} if crash_at else {}
    command = [sys.executable, "-m", "fedbbpt", *WORDS, "--dir", f"{kept}/one"]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **crash}, capture_output=True, check=False
    ).returncode


def test_a_killed_comparison_ends_as_one_that_was_not(tmp_path: Path) -> None:
    write_run(tmp_path, search={"block": 8, "requests": 400})

    assert compare(tmp_path, "whole") == 0
    assert compare(tmp_path, "parts", crash_at=250) == -signal.SIGKILL
    assert compare(tmp_path, "parts", crash_at=400) == -signal.SIGKILL
    assert compare(tmp_path, "parts") == 0

    whole, parts = tmp_path / "whole" / "one", tmp_path / "parts" / "one"
    assert [
        name for name in SAME if (whole / name).read_bytes() != (parts / name).read_bytes()
    ] == []
    paid, again = (json.loads((one / "stats.json").read_bytes()) for one in (whole, parts))
    assert again["calls"] == paid["calls"]
