from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Categorical, Distribution, mode
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.halving import Halving
from fedbbpt.optimizers.mixture import softmax_mixture
from fedbbpt.optimizers.rejects import Rejects

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


RACES = [Halving, Rejects]


def raced(plan: Optimizer, losses: Callable[[np.ndarray, int], np.ndarray]) -> Distribution:
    """Return what a race among 8 prompts ends with; losses depend on points and round."""
    search = plan.start(Categorical((np.zeros(8),)), np.random.default_rng(0))
    for round in range(99):
        points = search.ask(8)
        if not len(points):
            break
        search.tell(points, losses(points[:, 0], round))
    return search.distribution


@pytest.mark.parametrize("kind", RACES)
def test_a_race_ends_with_the_softmax_of_its_finalists_last_losses(
    kind: type[Halving] | type[Rejects],
) -> None:
    found = raced(
        kind(candidates=8, finalists=3, mixture=0.5), lambda number, round: number / 8 + round
    )

    assert isinstance(found, Categorical)
    shares = found.probabilities[0]
    wanted = np.exp(-np.arange(3) / 8 / 0.5)
    assert shares[:3] == pytest.approx(wanted / wanted.sum(), abs=1e-6)
    assert shares[3:].max() < 1e-6
    assert mode(found)[0] == 0


@pytest.mark.parametrize("kind", RACES)
def test_a_race_without_a_mixture_believes_as_before(kind: type[Halving] | type[Rejects]) -> None:
    found = raced(kind(candidates=8), lambda number, _: (number - 3) ** 2)

    assert mode(found)[0] == 3


@pytest.mark.parametrize("kind", RACES)
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mixture": -0.1, "finalists": 2}, "mixture: -0.1 is below 0"),
        ({"mixture": float("nan"), "finalists": 2}, "mixture: nan"),
        ({"mixture": 0.05}, "mixture: of 1 finalist it is one prompt; set finalists"),
    ],
)
def test_a_race_refuses_a_mixture_that_is_none(
    kind: type[Halving] | type[Rejects], settings: dict[str, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        kind(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", RACES)
def test_a_race_mixes_whole_prompts_only(kind: type[Halving] | type[Rejects]) -> None:
    slots = Categorical((np.zeros(2), np.zeros(2)))

    with pytest.raises(ValueError, match="whole prompts; use a bank"):
        kind(finalists=2, mixture=0.05).start(slots, np.random.default_rng(0))
