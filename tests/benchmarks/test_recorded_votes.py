"""The comparison of docs/voting.md, on simulated votes in the place of the recorded ones."""

import json

import numpy as np
import pytest
from recorded_votes import METHODS, comparison_text, difference, measured, read_table, table_text

from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable
from fedbbpt.replay.synthetic import Probit


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> AnswersTable:
    model = Probit(answers=6, difficulty=2.0, interaction=0.0, pull=0.3)
    world = model.world(np.full((150, 1), model.ability(0.65)), rng(7, "world"))
    said = world.draw(40, rng(7, "votes"))[:, 0, :]
    path = tmp_path_factory.mktemp("votes") / "votes.jsonl"
    rows = zip(world.right.tolist(), said.tolist(), strict=True)
    lines = [
        json.dumps({"target": str(right), "votes": [*map(str, votes[:-1]), None]})
        for right, votes in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_table(path)


def test_stopping_saves_most_calls_and_loses_next_to_nothing(table: AnswersTable) -> None:
    rows = {
        name: measured(table, METHODS[name], shuffles=2)
        for name in ("one call", "SC-40", "SC-40, stopped when settled", "AC .95")
    }

    assert rows["SC-40"].calls.mean() == 40
    assert rows["SC-40"].accuracy > rows["one call"].accuracy + 2
    assert (rows["SC-40, stopped when settled"].right == rows["SC-40"].right).all()
    assert rows["AC .95"].calls.mean() < 20
    assert rows["AC .95"].accuracy > rows["SC-40"].accuracy - 2


def test_shared_calls_beat_as_many_for_every_question(table: AnswersTable) -> None:
    shared = measured(table, METHODS["shared, 5 a question"], shuffles=3)
    fixed = measured(table, METHODS["SC-5"], shuffles=3)

    mean, low, high = difference(shared, fixed)

    assert shared.calls.mean() == fixed.calls.mean() == 5
    assert mean > 0
    assert low <= mean <= high


def test_the_tables_name_every_rule(table: AnswersTable) -> None:
    rows = {name: measured(table, METHODS[name], shuffles=1) for name in ("one call", "SC-3")}

    text = table_text(rows)

    assert text.count("\n") == 3
    assert "| SC-3 |" in text
    assert comparison_text(rows, [("SC-3", "one call")]).startswith("SC-3 less one call: ")
