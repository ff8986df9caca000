"""The Gumbel variant of the policy gradient: unbiased for the tables of its round."""

import itertools

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, softmax
from fedbbpt.optimizers.policy_gradient import (
    PolicyGradient,
    gumbel_tables,
    policy_gradient_estimate,
)

LOGITS = (np.array([0.4, -0.9, 0.5]), np.array([-0.2, 1.1]))
SPACE = np.array(list(itertools.product(range(3), range(2))), dtype=np.float64)
LOSSES = np.array([0.3, 1.4, 0.8, 0.1, 0.9, 2.0])
"""Loss of every point of a space of two slots; not separable."""


def chances(flat: Floats) -> Floats:
    return np.outer(softmax(flat[:3]), softmax(flat[3:])).ravel()


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_estimate_is_unbiased_for_the_loss_under_the_noise_of_its_round(
    temperature: float,
) -> None:
    tables = gumbel_tables(LOGITS, temperature, np.random.default_rng(5))
    centred = np.concatenate(tables.logits) * temperature
    noise = centred - np.concatenate(LOGITS)
    flat, step = np.concatenate(LOGITS), 1e-5

    slopes = [
        (
            chances((flat + step * axis + noise) / temperature)
            - chances((flat - step * axis + noise) / temperature)
        )
        @ LOSSES
        / (2 * step)
        for axis in np.eye(5)
    ]
    drawn = chances(np.concatenate(tables.logits))
    found: Floats = np.zeros(5)
    for pair in itertools.product(range(6), repeat=2):
        rows = list(pair)
        estimate = policy_gradient_estimate(tables.logits, SPACE[rows], LOSSES[rows])
        found += drawn[rows].prod() * np.concatenate(estimate) / temperature

    assert found == pytest.approx(slopes, abs=1e-8)


def test_a_low_temperature_draws_one_corner_a_round_and_a_high_one_many() -> None:
    def distinct(temperature: float) -> int:
        search = PolicyGradient(temperature=temperature).start(
            Categorical((np.zeros(50),)), np.random.default_rng(2)
        )
        return len(np.unique(search.ask(8)))

    assert distinct(0.01) == 1
    assert distinct(10.0) >= 6


def test_a_step_is_divided_by_the_temperature() -> None:
    search = PolicyGradient(learning_rate=0.1, temperature=2.0).start(
        Categorical((np.zeros(3),)), np.random.default_rng(1)
    )
    points = search.ask(8)

    search.tell(points, points[:, 0])

    (estimate,) = policy_gradient_estimate([np.zeros(3)], points, points[:, 0])
    found = search.distribution
    assert isinstance(found, Categorical)
    assert found.logits[0] == pytest.approx(-0.1 * estimate / 2.0)


def test_noise_of_many_rounds_leaves_the_tables_as_likely_as_they_are() -> None:
    """The argmax of logits and Gumbel noise is a draw from the softmax of the logits."""
    rng = np.random.default_rng(0)

    drawn = [int(np.argmax(gumbel_tables(LOGITS[:1], 1.0, rng).logits[0])) for _ in range(4000)]

    shares = np.bincount(drawn, minlength=3) / len(drawn)
    assert shares == pytest.approx(softmax(LOGITS[0]), abs=0.03)


def test_a_negative_temperature_is_refused() -> None:
    with pytest.raises(ValueError, match=r"temperature: -1\.0 is below 0; 0 is without Gumbel"):
        PolicyGradient(temperature=-1.0)
