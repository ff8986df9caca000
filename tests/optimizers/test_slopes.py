"""Directions and slopes: unbiased, with the mean squared error that theory gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Floats
from fedbbpt.optimizers.directions import KINDS, direction, directions_at
from fedbbpt.optimizers.slopes import agreement, central_slopes, forward_slopes, gradient_of

SIZE, COUNT, SEEDS = 8, 4, 3000
GRADIENT = np.array([2.0, -1.0, 0.5, 0.0, 1.0, -3.0, 0.25, 1.5])
SQUARED = float(GRADIENT @ GRADIENT)
ERRORS = {
    "gaussian": (SIZE + 1) / COUNT,
    "rademacher": (SIZE - 1) / COUNT,
    "orthogonal": SIZE / COUNT - 1,
    "coordinate": SIZE / COUNT - 1,
}
"""Mean squared error of the estimate of a linear function's gradient, over its squared length."""


def estimates(kind: str, noise: float = 0.0, smoothing: float = 0.1) -> Floats:
    """Return central estimates of the slope of a linear function, shape (SEEDS, SIZE)."""
    found = []
    rng = np.random.default_rng(5)
    for seed in range(SEEDS):
        drawn = directions_at(kind, seed, 0, (COUNT, SIZE))
        ahead, behind = smoothing * drawn @ GRADIENT, -smoothing * drawn @ GRADIENT
        if noise:
            ahead = ahead + noise * rng.standard_normal(COUNT)
            behind = behind + noise * rng.standard_normal(COUNT)
        found.append(gradient_of(central_slopes(ahead, behind, smoothing), drawn))
    return np.stack(found)


@pytest.mark.parametrize("kind", KINDS)
def test_an_estimate_is_unbiased_and_has_its_theoretical_error(kind: str) -> None:
    found = estimates(kind)

    bias = np.linalg.norm(found.mean(axis=0) - GRADIENT)
    errors = ((found - GRADIENT) ** 2).sum(axis=1) / SQUARED

    # the bias seen is chance: its expected length is sqrt(error / seeds) times the gradient's
    assert bias < 3 * np.sqrt(ERRORS[kind] * SQUARED / SEEDS)
    assert abs(errors.mean() - ERRORS[kind]) < 0.1 * ERRORS[kind]


def test_noise_of_the_losses_adds_what_theory_says() -> None:
    noise, smoothing = 0.3, 0.2
    found = estimates("orthogonal", noise, smoothing)

    error = ((found - GRADIENT) ** 2).sum(axis=1).mean()

    added = SIZE * noise**2 / (2 * COUNT * smoothing**2)
    assert abs(error - ERRORS["orthogonal"] * SQUARED - added) < 0.1 * added


def test_central_slopes_are_exact_on_a_quadratic_and_forward_ones_off_by_half_the_curvature() -> (
    None
):
    drawn = directions_at("gaussian", 1, 0, (5, SIZE))
    point, smoothing = GRADIENT / 2, 0.5

    def sphere(points: Floats) -> Floats:
        squares: Floats = (points**2).sum(axis=-1)
        return squares

    ahead, behind = sphere(point + smoothing * drawn), sphere(point - smoothing * drawn)
    central = central_slopes(ahead, behind, smoothing)
    forward = forward_slopes(ahead, float(sphere(point)), smoothing)

    np.testing.assert_allclose(central, drawn @ GRADIENT, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(forward - central, smoothing * sphere(drawn), rtol=1e-9)


@given(
    seed=st.integers(0, 2**62),
    first=st.integers(0, 2**31),
    count=st.integers(1, 9),
    size=st.integers(1, 6),
    kind=st.sampled_from(KINDS),
)
def test_seed_and_number_name_the_same_directions_again(
    seed: int, first: int, count: int, size: int, kind: str
) -> None:
    drawn = directions_at(kind, seed, first, (count, size))

    assert drawn.shape == (count, size)
    assert drawn.tobytes() == directions_at(kind, seed, first, (count, size)).tobytes()
    if kind == "gaussian":
        assert drawn[-1].tobytes() == direction(seed, first + count - 1, size).tobytes()
    elif kind == "rademacher":
        assert set(np.abs(drawn).ravel()) == {1.0}
    else:
        batch = drawn[:size]
        np.testing.assert_allclose(batch @ batch.T, size * np.eye(len(batch)), atol=1e-9)


def test_all_coordinates_give_the_gradient_itself() -> None:
    drawn = directions_at("coordinate", 3, 0, (SIZE, SIZE))

    found = gradient_of(drawn @ GRADIENT, drawn)

    np.testing.assert_allclose(found, GRADIENT, rtol=1e-12, atol=1e-12)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind: 'straight'"):
        directions_at("straight", 0, 0, (2, 2))


def test_halves_agree_on_a_slope_and_not_on_noise() -> None:
    drawn = directions_at("gaussian", 2, 0, (400, SIZE))

    clear = agreement(drawn @ GRADIENT, drawn)
    chance = agreement(np.random.default_rng(0).standard_normal(400), drawn)

    assert clear > 0.9
    assert abs(chance) < 0.9
    assert agreement(np.ones(1), drawn[:1]) == -1.0
    assert agreement(np.zeros(4), drawn[:4]) == -1.0
