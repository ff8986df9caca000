"""The benchmark of embeddings on a made-up file of prompts: what it counts and what it prints."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embedding_search import METHODS, searched
from selection_worlds import Group, read_groups, world_of

BUDGET = 240
WORDS = ("read", "judge", "weigh", "name", "choose", "answer")


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Return a file of one group of 12 prompts, of which those that say more are better."""
    path = tmp_path / "scores.jsonl"
    rows = [
        {
            "dataset": "one",
            "llm": "m",
            "prompt": " ".join([*WORDS[: 1 + i // 2], f"text {i}"]),
            "test_score": i / 11,
        }
        for i in range(12)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(METHODS))
def test_no_search_spends_more_than_the_budget_and_all_find_better_than_the_mean(
    scores: Path, name: str
) -> None:
    (group,) = read_groups(scores)

    found = [_found(group, name, seed) for seed in range(4)]

    assert np.mean([score for score, _ in found]) > group.scores.mean()
    assert all(0 < spent <= BUDGET for _, spent in found)


def _found(group: Group, name: str, seed: int) -> tuple[float, int]:
    world = world_of(group, 12, BUDGET, seed)
    chosen, spent = searched(METHODS[name], world, BUDGET, seed)
    return float(world.scores[chosen]), spent


def test_the_command_prints_one_row_a_method(scores: Path) -> None:
    script = Path(__file__).with_name("embedding_search.py")
    words = ["--repetitions", "2", "--budgets", "60", "--methods", "halving", "embedding, nes"]

    done = subprocess.run(
        [sys.executable, str(script), str(scores), *words],
        check=True,
        capture_output=True,
        text=True,
    )

    rows = done.stdout.splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["halving", "embedding, nes"]
