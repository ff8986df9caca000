"""Successive rejects: its schedule is the paper's."""

import math

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, mode
from fedbbpt.optimizers.rejects import Rejects


def paper_pulls(arms: int, pulls: float) -> list[int]:
    """Return n_k of the paper for k = 1 .. arms - 1."""
    constant = 0.5 + sum(1 / i for i in range(2, arms + 1))
    return [
        math.ceil(round((pulls - arms) / (constant * (arms + 1 - k)), 9)) for k in range(1, arms)
    ]


def test_one_candidate_is_dropped_a_round() -> None:
    search = Rejects().start(Categorical((np.zeros(30),)), np.random.default_rng(0))
    sizes = []

    while len(points := search.ask(99)):
        sizes.append(len(points))
        search.tell(points, points[:, 0])

    assert sizes == list(range(12, 1, -1))


def test_blocks_that_grow_as_candidates_drop_are_the_papers_pulls() -> None:
    arms, first = 6, 20
    constant = 0.5 + sum(1 / i for i in range(2, arms + 1))
    pulls = arms + round(first * constant * arms, 9)
    search = Rejects(candidates=arms).start(Categorical((np.zeros(arms),)), np.random.default_rng())
    blocks = []

    while len(points := search.ask(arms)):
        blocks.append(first * arms // len(points))
        search.tell(points, points[:, 0])

    assert blocks == [20, 24, 30, 40, 60]
    assert blocks == paper_pulls(arms, pulls)


def test_finalists_end_the_race_early() -> None:
    search = Rejects(candidates=6, finalists=3).start(
        Categorical((np.zeros(6),)), np.random.default_rng(0)
    )
    sizes = []

    while len(points := search.ask(6)):
        sizes.append(len(points))
        search.tell(points, np.abs(points[:, 0] - 4.0))

    assert sizes == [6, 5, 4]
    assert mode(search.distribution).tolist() == [4.0]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"candidates": 1}, "candidates: 1 is too few"),
        ({"finalists": 0}, "finalists: 0 is not in"),
        ({"finalists": 13}, "finalists: 13 is not in"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Rejects(**settings)
