"""Choosing prompts on training questions: what it finds, pays, and leaves for votes."""

from collections.abc import Sequence

import numpy as np
import pytest

from fedbbpt.replay.answers_table import AnswersTable, Condition, Recorded
from fedbbpt.replay.choosing import Halving
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.with_choice import (
    SELECTING,
    Learning,
    Portioned,
    WithChoice,
    best_of,
    share_right,
    shares_alike,
)

CONDITIONS = tuple(Condition(name) for name in "abcdefgh")
CHANCES = (0.4, 0.5, 0.8, 0.45, 0.5, 0.55, 0.3, 0.5)


def table(questions: int, seed: int, chances: Sequence[float] = CHANCES) -> AnswersTable:
    """Return a table in which each condition is right with its own chance."""
    chance = np.random.default_rng(seed)
    right, wrong = Recorded("yes"), Recorded("no")
    cells = {
        (question, condition): tuple(right if one else wrong for one in chance.random(40) < share)
        for question in range(questions)
        for condition, share in zip(CONDITIONS, chances, strict=True)
    }
    return AnswersTable(("yes",) * questions, cells, choices=("yes", "no"))


@pytest.mark.parametrize("paired", [True, False])
def test_halving_finds_the_best_condition_within_its_calls(paired: bool) -> None:
    found = 0
    for seed in range(10):
        drawing = Drawing(table(100, seed), np.random.default_rng(seed))
        chooser = Halving(CONDITIONS, paired, keep=1, scale=0.0)

        shares = chooser(drawing, range(100), 600)

        found += max(shares, key=shares.__getitem__) == CONDITIONS[2]
        assert 500 < drawing.spent["answering"].calls <= 600

    assert found >= 9


def test_paired_conditions_answer_the_same_questions() -> None:
    drawing = Drawing(table(50, 0), np.random.default_rng(0))

    Halving(CONDITIONS, keep=8)(drawing, range(50), 160)

    drawn = [{q for q in range(50) if drawing.left(q, condition) < 40} for condition in CONDITIONS]
    assert len(drawn[0]) == 20
    assert all(one == drawn[0] for one in drawn)


def test_a_softmax_keeps_several_and_gives_the_best_most() -> None:
    drawing = Drawing(table(100, 1), np.random.default_rng(1))

    shares = Halving(CONDITIONS, keep=4, scale=0.1)(drawing, range(100), 800)

    assert len(shares) == 4
    assert max(shares, key=shares.__getitem__) == CONDITIONS[2]
    assert all(share > 0 for share in shares.values())


def test_what_choosing_took_is_paid_from_the_same_budget() -> None:
    asked, learning = table(60, 2), Learning(table(80, 3), ("north",) * 80)
    method = WithChoice(learning, Halving(CONDITIONS, keep=1, scale=0.0), 10)

    done = replay(asked, method, np.random.default_rng(0))

    assert 50 <= done.spent[SELECTING].calls <= 72
    assert done.cost.calls == 600


def test_choosing_pays_where_prompts_differ() -> None:
    asked, learning = table(300, 4), Learning(table(300, 5), ("north",) * 300)
    chooser = Halving(CONDITIONS, keep=4, scale=0.03)

    ours = replay(asked, WithChoice(learning, chooser, 5, shared=True), np.random.default_rng(0))
    plain = replay(asked, Portioned([{CONDITIONS[0]: 1.0}] * 300, 1500), np.random.default_rng(0))

    assert ours.accuracy > plain.accuracy + 0.3
    assert ours.cost.calls == plain.cost.calls == 1500


def test_every_owner_alone_learns_from_its_own_questions() -> None:
    flipped = tuple(1 - share for share in CHANCES)
    north, south = table(100, 6), table(100, 7, flipped)
    moved = {(q + 100, condition): cell for (q, condition), cell in south.cells.items()}
    learning = Learning(
        AnswersTable(("yes",) * 200, {**north.cells, **moved}),
        ("north",) * 100 + ("south",) * 100,
    )
    chooser = Halving(CONDITIONS, keep=1, scale=0.0)
    method = WithChoice(learning, chooser, 20, owners=("north",) * 50 + ("south",) * 50)
    drawing = Drawing(table(100, 8), np.random.default_rng(0))

    method.answer(drawing)

    used = [
        max(CONDITIONS, key=lambda condition, q=q: 40 - drawing.left(q, condition))  # type: ignore[misc]
        for q in (0, 99)
    ]
    assert used == [CONDITIONS[2], CONDITIONS[6]]


def test_the_best_is_the_one_that_is_right_most_often() -> None:
    one = table(200, 9)

    assert best_of(one, CONDITIONS) == CONDITIONS[2]
    assert share_right(one, CONDITIONS[2]) == pytest.approx(0.8, abs=0.02)
    assert set(shares_alike(CONDITIONS).values()) == {1.0}


@pytest.mark.parametrize(
    ("changes", "said"), [({"calls": 0.5}, "calls"), ({"part": 1.0}, "part"), ({"part": 0}, "part")]
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, float], said: str) -> None:
    learning = Learning(table(2, 0), ("north", "north"))
    with pytest.raises(ValueError, match=said):
        WithChoice(learning, Halving(CONDITIONS), **{"calls": 5, **changes})  # type: ignore[arg-type]
