"""How far prompts differ and whether they interact with questions."""

import numpy as np
import pytest
from recorded_answers import OTHER, PLAIN, cell, table

from fedbbpt.distributions import Floats
from fedbbpt.replay.prompt_spread import Marks, joined, marks_of, prompt_spread

DRAWS = 10


def drawn(chances: Floats, seed: int) -> Marks:
    """Return draws of cells that are right with these chances, shape (questions, prompts)."""
    rng = np.random.default_rng(seed)
    return rng.random((*chances.shape, DRAWS)) < chances[:, :, None]


def hard(questions: int, seed: int) -> Floats:
    """Return the difficulty of questions, shape (questions, 1)."""
    chances: Floats = np.random.default_rng(seed).uniform(0.2, 0.8, (questions, 1))
    return chances


def test_prompts_that_are_alike_are_seen_as_alike_in_most_tables() -> None:
    found = [
        prompt_spread(drawn(hard(120, seed) + np.zeros(6), seed), np.random.default_rng(seed))
        for seed in range(20)
    ]

    assert sum(one is not None and one.p_value < 0.05 for one in found) <= 3
    assert sum(one is not None and one.alike for one in found) >= 14


def test_a_spread_of_six_points_is_measured_and_no_interaction_seen() -> None:
    apart = np.array([-0.09, -0.03, 0.0, 0.0, 0.03, 0.09])

    found = prompt_spread(drawn(hard(300, 1) + apart, 1), np.random.default_rng(1))

    assert found is not None
    assert found.deviation == pytest.approx(float(apart.std(ddof=1)), abs=0.012)
    assert found.interaction < 0.04
    assert found.p_value > 0.05
    assert not found.alike


def test_an_interaction_is_seen_though_prompts_are_alike_on_average() -> None:
    rng = np.random.default_rng(2)
    apart = rng.choice([-0.15, 0.15], size=(200, 6))

    found = prompt_spread(drawn(hard(200, 2) + apart, 2), rng)

    assert found is not None
    assert found.p_value < 0.01
    assert found.interaction == pytest.approx(0.15, abs=0.03)
    assert not found.alike


def test_of_too_little_nothing_is_said() -> None:
    rng = np.random.default_rng(3)

    assert prompt_spread(np.ones((1, 4, 5), dtype=np.bool_), rng) is None
    assert prompt_spread(np.ones((9, 1, 5), dtype=np.bool_), rng) is None
    assert prompt_spread(np.ones((9, 4, 1), dtype=np.bool_), rng) is None


def test_cells_are_cut_to_the_smallest_and_thin_questions_left_out() -> None:
    cells = {
        (0, PLAIN): cell("aab"),
        (0, OTHER): cell("ba"),
        (1, PLAIN): cell("a"),
        (1, OTHER): cell("aa"),
    }

    marks = marks_of(table(cells, "aa"), (PLAIN, OTHER))

    assert marks.tolist() == [[[True, True], [False, True]]]


def test_sets_are_joined_at_the_fewest_draws_and_only_of_as_many_prompts() -> None:
    three, two = np.ones((4, 2, 3), dtype=np.bool_), np.zeros((5, 2, 2), dtype=np.bool_)

    assert joined([three, two]).shape == (9, 2, 2)
    with pytest.raises(ValueError, match="same prompts"):
        joined([three, np.ones((4, 3, 3), dtype=np.bool_)])
