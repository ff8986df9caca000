"""Choosing that never loses the default to chance: what it spends, keeps and believes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng
from fedbbpt.replay.anchoring import AnchoredHalving, Spread, spread_of
from fedbbpt.replay.answers_table import AnswersTable, Condition, Recorded
from fedbbpt.replay.choosing import Halving
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.with_choice import Learning, WithChoice

EIGHT = tuple(Condition(name) for name in "abcdefgh")


def table(chances: tuple[float, ...], questions: int = 200, seed: int = 0) -> AnswersTable:
    """Return a table in which each condition is right with its own chance, on any question."""
    chance = rng(seed, "anchored")
    right, wrong = Recorded("yes"), Recorded("no")
    cells = {
        (question, condition): tuple(right if one else wrong for one in chance.random(30) < share)
        for question in range(questions)
        for condition, share in zip(EIGHT, chances, strict=False)
    }
    return AnswersTable(("yes",) * questions, cells, choices=("yes", "no"))


def test_with_too_few_calls_nothing_is_spent_and_the_default_is_all() -> None:
    drawing = Drawing(table((0.5,) * 8), rng(0, "few"))

    shares = AnchoredHalving(EIGHT)(drawing, range(200), 8 * 24 - 1)

    assert shares == {EIGHT[0]: 1.0}
    assert drawing.spent == {}


def test_a_default_that_is_best_keeps_most_of_the_votes() -> None:
    kept = []
    for seed in range(10):
        drawing = Drawing(table((0.8, *[0.6] * 7), seed=seed), rng(seed, "best"))
        shares = AnchoredHalving(EIGHT)(drawing, range(200), 480)
        kept.append(shares[EIGHT[0]] / sum(shares.values()))

    assert min(kept) > 0.4
    assert np.mean(kept) > 0.75


def test_a_condition_that_is_much_better_takes_the_votes() -> None:
    drawing = Drawing(table((0.5, 0.5, 0.5, 0.9, *[0.5] * 4)), rng(0, "better"))

    shares = AnchoredHalving(EIGHT)(drawing, range(200), 480)

    assert max(shares, key=shares.__getitem__) == EIGHT[3]
    assert shares[EIGHT[3]] > 0.95 * sum(shares.values())
    assert len(shares) == 4
    assert EIGHT[0] in shares


def test_where_conditions_are_alike_the_default_keeps_its_half_on_average() -> None:
    kept = []
    for seed in range(20):
        drawing = Drawing(table((0.6,) * 8, seed=seed), rng(seed, "alike"))
        shares = AnchoredHalving(EIGHT)(drawing, range(200), 480)
        kept.append(shares[EIGHT[0]] / sum(shares.values()))

    assert 0.4 < np.mean(kept) < 0.65


def test_calls_are_never_more_than_were_given() -> None:
    drawing = Drawing(table((0.6,) * 8), rng(0, "calls"))

    AnchoredHalving(EIGHT, keep=2)(drawing, range(200), 500)

    assert 400 < drawing.spent["answering"].calls <= 500


def test_a_default_that_is_best_is_lost_less_than_by_a_choice_without_a_prior() -> None:
    asked = table((0.7, *[0.55] * 7), questions=150, seed=1)
    learning = Learning(table((0.7, *[0.55] * 7), seed=2), ("north",) * 200)

    def accuracy(chooser: AnchoredHalving | Halving) -> float:
        runs = [
            replay(asked, WithChoice(learning, chooser, 5, shared=True), rng(seed, "lost"))
            for seed in range(6)
        ]
        return float(np.mean([run.accuracy for run in runs]))

    assert accuracy(AnchoredHalving(EIGHT)) > accuracy(Halving(EIGHT)) + 0.05


@given(st.integers(2, 40), st.floats(0.01, 0.99))
def test_conditions_that_answer_alike_show_no_spread_of_their_own(draws: int, share: float) -> None:
    row = [place < share * draws for place in range(draws)]

    found = spread_of([row] * 5)

    assert found.between == 0
    assert found.trust(draws) == 0


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 500))
def test_more_draws_are_trusted_more(between: float, chance: float, draws: int) -> None:
    spread = Spread(between, chance)

    assert 0 <= spread.trust(draws) <= spread.trust(draws + 1) <= 1


@pytest.mark.parametrize("marks", [[], [[True]], [[True], [False]]])
def test_fewer_than_two_rows_or_marks_tell_nothing(marks: list[list[bool]]) -> None:
    assert spread_of(marks) == Spread(0.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conditions": ()}, "conditions"),
        ({"conditions": (EIGHT[0], EIGHT[0])}, "conditions"),
        ({"keep": 1}, "keep"),
        ({"least": 1}, "least"),
        ({"scale": 0.0}, "scale"),
        ({"prior": 1.0}, "prior"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AnchoredHalving(**{"conditions": EIGHT, **changes})  # type: ignore[arg-type]
