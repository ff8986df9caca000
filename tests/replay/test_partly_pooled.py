"""Choosing for every owner from its own draws and all others', as far as they are no chance."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fedbbpt.replay.answers_table import AnswersTable, Condition, Recorded
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.partly_pooled import Marked, PartlyPooled, marked_table, pooled_in_part
from fedbbpt.replay.with_choice import Learning, WithChoice

EIGHT = tuple(Condition(name) for name in "abcdefgh")
OWNERS = ("north", "south", "west")
QUESTIONS = 60
"""Training questions of an owner."""


def drawing_of(chances: Sequence[Sequence[float]], seed: int) -> Drawing:
    """Return a table in which each prompt is right at each owner with its own chance."""
    stream = np.random.default_rng(seed)
    cells = {
        (owner * QUESTIONS + question, one): tuple(
            Recorded("yes" if right else "no") for right in stream.random(4) < chance
        )
        for owner, row in enumerate(chances)
        for question in range(QUESTIONS)
        for one, chance in zip(EIGHT, row, strict=True)
    }
    targets = ("yes",) * (QUESTIONS * len(chances))
    return Drawing(AnswersTable(targets, cells, choices=("yes", "no")), stream)


def owned_by() -> tuple[str, ...]:
    return tuple(name for name in OWNERS for _ in range(QUESTIONS))


def favourite(shares: dict[Condition, float]) -> str:
    return max(shares, key=lambda one: shares[one]).prompt


def test_owners_that_differ_get_the_prompts_that_are_theirs() -> None:
    rows = np.full((3, 8), 0.3)
    rows[[0, 1, 2], [2, 5, 7]] = 0.9
    found = 0

    for seed in range(10):
        shares = PartlyPooled(EIGHT)(drawing_of(rows.tolist(), seed), owned_by(), 3 * 8 * 20)
        found += [favourite(dict(shares[name])) for name in OWNERS] == ["c", "f", "h"]

    assert found >= 9


def test_owners_that_are_alike_learn_from_one_another() -> None:
    rows = np.full((3, 8), 0.5)
    rows[:, 4] = 0.68
    together, alone = 0, 0

    for seed in range(30):
        shares = PartlyPooled(EIGHT)(drawing_of(rows.tolist(), seed), owned_by(), 3 * 8 * 40)
        together += sum(favourite(dict(shares[name])) == "e" for name in OWNERS)
        one = PartlyPooled(EIGHT)(drawing_of(rows[:1].tolist(), seed), owned_by()[:60], 8 * 40)
        alone += 3 * (favourite(dict(one["north"])) == "e")

    assert together > alone + 6


def test_where_prompts_are_alike_the_default_stays() -> None:
    kept = 0

    for seed in range(20):
        drawing = drawing_of(np.full((3, 8), 0.5).tolist(), seed)
        shares = PartlyPooled(EIGHT)(drawing, owned_by(), 3 * 8 * 30)
        kept += sum(favourite(dict(shares[name])) == "a" for name in OWNERS)

    assert kept >= 45


def test_too_few_calls_buy_nothing_and_leave_the_prior() -> None:
    drawing = drawing_of(np.full((3, 8), 0.5).tolist(), 0)

    shares = PartlyPooled(EIGHT)(drawing, owned_by(), 3 * 8 * 2 - 1)

    assert drawing.spent == {}
    assert list(shares["north"].values()) == pytest.approx([0.5, *[0.5 / 7] * 7])


def test_no_more_is_spent_than_is_allowed() -> None:
    drawing = drawing_of(np.full((3, 8), 0.5).tolist(), 0)

    PartlyPooled(EIGHT)(drawing, owned_by(), 500)

    assert 3 * 8 * 20 - 1 < drawing.spent["answering"].calls <= 500


@given(arrays(np.float64, (4, 5), elements=st.floats(-0.5, 0.5)), st.floats(0.0, 0.2))
def test_what_is_believed_lies_between_nothing_and_what_was_seen(
    right: np.ndarray, chance: float
) -> None:
    centred = right - right.mean(axis=1, keepdims=True)

    believed = pooled_in_part([Marked(row, chance) for row in centred])

    assert (np.abs(believed) <= np.abs(centred).max() * 2 + 1e-9).all()
    assert np.square(believed).sum() <= np.square(centred).sum() + 1e-9
    assert np.abs(believed.sum(axis=1)).max() < 1e-9


def test_what_chance_alone_explains_is_not_believed() -> None:
    rows = [Marked(np.array([0.05, -0.05]), 0.01), Marked(np.array([-0.05, 0.05]), 0.01)]

    assert np.abs(pooled_in_part(rows)).max() < 1e-9


def test_marks_without_chance_are_believed_whole() -> None:
    rows = [Marked(np.array([0.2, -0.2]), 0.0), Marked(np.array([0.1, -0.1]), 0.0)]

    assert pooled_in_part(rows) == pytest.approx(np.array([[0.2, -0.2], [0.1, -0.1]]))


def test_marks_tell_shares_beside_the_mean_and_their_chance() -> None:
    found = marked_table([[True, True, False, True], [False, True, False, False]])

    assert found.right == pytest.approx([0.25, -0.25])
    assert found.chance == pytest.approx(0.25 / 3 / 4 * 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conditions": ()}, "conditions"),
        ({"conditions": (EIGHT[0], EIGHT[0])}, "conditions"),
        ({"scale": 0.0}, "scale"),
        ({"prior": 1.0}, "prior"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PartlyPooled(**{"conditions": EIGHT, **changes})  # type: ignore[arg-type]


def test_shares_of_owners_need_to_know_whose_each_question_is() -> None:
    learning = Learning(drawing_of(np.full((3, 8), 0.5).tolist(), 0).table, owned_by())

    with pytest.raises(ValueError, match="owners"):
        WithChoice(learning, PartlyPooled(EIGHT), 5)
