"""What a belief of every owner's own is worth, on few simulated worlds."""

import subprocess
import sys
from pathlib import Path

from own_prompts import regrets

WORLDS = 30


def test_it_beats_one_prompt_for_all_where_domains_differ_much() -> None:
    found = regrets(0.12, 40, WORLDS)

    assert found["fedlogic"].mean() < 0.5 * found["one for all"].mean()


def test_it_beats_every_owner_by_itself_where_domains_hardly_differ() -> None:
    found = regrets(0.0, 40, WORLDS)

    assert found["fedlogic"].mean() < 0.6 * found["each its own"].mean()
    assert found["not fitted"].mean() < found["each its own"].mean()


def test_strong_shrinkage_comes_near_to_one_prompt_for_all() -> None:
    found = regrets(0.06, 40, WORLDS, shrinkage=1e9)

    assert (
        abs(found["fedlogic"].mean() - found["one for all"].mean()) < 0.4
    )  # ties go by an owner's own


def test_the_command_prints_a_table() -> None:
    path = Path(__file__).with_name("own_prompts.py")

    done = subprocess.run(
        [sys.executable, str(path), "--worlds", "2"], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("| domains differ by | examples an owner |")
    assert done.stdout.count("\n") == 14
