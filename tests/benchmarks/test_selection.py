"""The selection benchmark on a made-up file of prompts: what it counts and what it prints."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from selection import interval, table
from selection_worlds import SELECTORS, play, read_groups, world_of

BUDGET = 240


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Return a file of two groups of 12 prompts, one prompt of which stands twice."""
    path = tmp_path / "scores.jsonl"
    rows = [
        {"dataset": name, "llm": "m", "prompt": f"prompt {i}", "test_score": i / 11}
        for name in ("one", "two")
        for i in (*range(12), 11)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_groups_hold_every_prompt_once(scores: Path) -> None:
    one, two = read_groups(scores)

    assert (one.name, two.name) == ("one m", "two m")
    assert one.scores == pytest.approx(np.arange(12) / 11)


@pytest.mark.parametrize("selector", sorted(SELECTORS))
def test_no_selector_spends_more_than_the_budget_and_all_but_chance_find_a_good_prompt(
    scores: Path, selector: str
) -> None:
    group = read_groups(scores)[0]
    setup = SELECTORS[selector](12, BUDGET)
    regrets = []

    for seed in range(4):
        world = world_of(group, 12, BUDGET, seed)
        chosen, spent = play(setup, world, BUDGET, np.random.default_rng(seed))
        regrets.append(world.scores.max() - world.scores[chosen])
        assert spent <= BUDGET
        assert selector == "random" or spent > BUDGET / 2

    assert selector == "random" or np.mean(regrets) < 0.2


def test_every_selector_meets_the_same_worlds(scores: Path) -> None:
    group = read_groups(scores)[0]

    first, second = (world_of(group, 5, BUDGET, seed=3) for _ in range(2))

    assert first.prompts == second.prompts
    assert (first.right == second.right).all()
    assert world_of(group, 5, BUDGET, seed=4).prompts != first.prompts


def test_an_interval_is_over_repetitions_of_all_groups() -> None:
    mean, half = interval([np.array([1.0, 3.0]), np.array([2.0, 2.0])])

    assert mean == 2.0
    assert half == pytest.approx(1.96 * np.sqrt(1.0) / 2)


def test_the_table_marks_the_least_regret_and_pairs_with_halving() -> None:
    regrets = {("halving", 9): [np.array([1.0, 3.0])], ("rejects", 9): [np.array([0.5, 2.5])]}

    lines = table(regrets, [9], ["halving", "rejects"]).splitlines()

    assert lines[2].startswith("| halving | 2.00")
    assert lines[3].startswith("| rejects | **1.50")
    assert "(-0.50 ± 0.00)" in lines[3]


def test_the_command_goes_on_from_what_is_kept(scores: Path, tmp_path: Path) -> None:
    script = str(Path(__file__).with_name("selection.py"))
    kept = tmp_path / "kept"
    words = ["--repetitions", "2", "--budgets", "60", "--selectors", "halving", "uniform"]
    command = [sys.executable, script, str(scores), *words, "--keep", str(kept), "--processes", "1"]

    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    second = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert first == second
    assert len(before) == 4
    assert before == {path: path.stat().st_mtime_ns for path in kept.iterdir()}
