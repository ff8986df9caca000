"""Sequential halving: its schedule, and what it buys at equal cost."""

from statistics import NormalDist

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, mode
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.halving import Halving

FIELD = 16
FIRST = 8
WORLDS = 1000
ALIKE = 0.5
"""Correlation between two candidates' answers to the same example, on the latent scale."""


def line(choices: int) -> Categorical:
    return Categorical((np.zeros(choices),))


def answers_of_a_world(seed: int) -> tuple[Floats, Floats]:
    """Return the candidates' true scores and their paired right answers, shape (FIELD, 64)."""
    rng = np.random.default_rng(seed)
    scores = np.clip(rng.normal(0.6, 0.041, FIELD), 0.05, 0.95)
    bars = np.array([NormalDist().inv_cdf(score) for score in scores])
    shared, own = rng.standard_normal(64), rng.standard_normal((FIELD, 64))
    latent = np.sqrt(ALIKE) * shared + np.sqrt(1 - ALIKE) * own
    return scores, (latent < bars[:, None]).astype(np.float64)


def run(search: Search, right: Floats) -> tuple[int, int]:
    """Race on nested blocks; return the winner and the number of answers paid for."""
    seen = np.zeros(FIELD, dtype=np.intp)
    while len(points := search.ask(FIELD)):
        rows = points[:, 0].astype(np.intp)
        block = FIRST * FIELD // len(rows)
        search.tell(points, 1.0 - right[rows, :block].mean(axis=1))
        seen[rows] = block
    return int(mode(search.distribution)[0]), int(seen.sum())


def test_the_field_halves_until_one_is_left() -> None:
    search = Halving().start(line(30), np.random.default_rng(0))
    sizes = []

    while len(points := search.ask(99)):
        sizes.append(len(points))
        search.tell(points, points[:, 0])

    assert sizes == [12, 6, 3, 2]


def test_a_larger_part_kept_makes_more_rounds() -> None:
    assert [Halving(keep=0.8).survivors(count) for count in (10, 8, 5)] == [8, 7, 4]


def test_halving_loses_less_than_spreading_the_same_calls_evenly() -> None:
    """Mean regret over 1000 worlds is lower by half a point of score or more, at equal answers."""
    halved, even = [], []

    for seed in range(WORLDS):
        scores, right = answers_of_a_world(seed)
        search = Halving(candidates=FIELD).start(line(FIELD), np.random.default_rng(seed))
        winner, paid = run(search, right)
        block = paid // FIELD
        assert paid == block * FIELD == 320
        halved.append(scores.max() - scores[winner])
        even.append(scores.max() - scores[np.argmax(right[:, :block].mean(axis=1))])

    assert np.mean(halved) < np.mean(even) - 0.005


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"candidates": 1}, "candidates: 1 is too few"),
        ({"finalists": 0}, "finalists: 0 is not in"),
        ({"finalists": 13}, "finalists: 13 is not in"),
        ({"keep": 0.0}, "keep: 0.0 is not between"),
        ({"keep": 1.0}, "keep: 1.0 is not between"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Halving(**settings)  # type: ignore[arg-type]
