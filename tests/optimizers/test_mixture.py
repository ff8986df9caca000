import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Categorical
from fedbbpt.optimizers.mixture import softmax_mixture

START = Categorical((np.zeros(4),))
POINTS = np.array([[0.0], [2.0], [3.0]])


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3), st.floats(0.05, 5))
def test_weights_are_the_softmax_of_negative_losses(
    losses: list[float], temperature: float
) -> None:
    found = softmax_mixture(START, POINTS, np.array(losses), temperature).probabilities[0]

    wanted = np.exp((min(losses) - np.array(losses)) / temperature)
    assert found[[0, 2, 3]] == pytest.approx(wanted / wanted.sum(), abs=1e-6)


def test_what_was_dropped_or_never_told_weighs_next_to_nothing() -> None:
    found = softmax_mixture(START, POINTS, np.array([0.1, np.inf, 0.2]), 0.1).probabilities[0]

    assert found[1] < 1e-6
    assert found[2] < 1e-6
    assert found[0] > found[3] > 0.2


def test_a_low_temperature_leaves_the_winner_alone() -> None:
    found = softmax_mixture(START, POINTS, np.array([0.3, 0.2, 0.4]), 1e-3).probabilities[0]

    assert found[2] > 0.999


@pytest.mark.parametrize(
    ("start", "losses", "temperature", "said"),
    [
        (Categorical((np.zeros(2), np.zeros(2))), np.zeros(3), 0.1, "whole prompts; use a bank"),
        (START, np.full(3, np.inf), 0.1, "no candidate has a loss"),
        (START, np.zeros(3), 0.0, "temperature 0.0 is not above 0"),
    ],
)
def test_what_cannot_be_mixed_is_refused(
    start: Categorical, losses: np.ndarray, temperature: float, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        softmax_mixture(start, POINTS, losses, temperature)
