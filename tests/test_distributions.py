"""The values that describe where a search stands."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Grouped,
    Point,
    Product,
    frozen_array,
    mode,
    sample,
    softmax,
    width,
)

numbers = st.floats(-1e6, 1e6)
slots = st.lists(numbers, min_size=1, max_size=6).map(np.array)
categoricals = st.lists(slots, min_size=1, max_size=4).map(tuple).map(Categorical)
means = st.lists(numbers, min_size=1, max_size=4).map(np.array)
gaussians = st.builds(Gaussian, mean=means, sigma=st.floats(1e-3, 1e3))
flat = st.one_of(categoricals, gaussians, means.map(Point))
distributions = st.one_of(flat, st.lists(flat, min_size=1, max_size=3).map(tuple).map(Product))


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(slots)
def test_a_softmax_is_a_probability_for_any_finite_logits(logits: Floats) -> None:
    p = softmax(logits)

    assert p.shape == logits.shape
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1.0, abs=1e-12)


@given(slots, st.floats(-100, 100))
def test_a_softmax_does_not_see_a_common_shift(logits: Floats, shift: float) -> None:
    assert softmax(logits + shift) == pytest.approx(softmax(logits), abs=1e-8)


@given(categoricals)
def test_logits_are_centred_and_keep_their_probabilities(distribution: Categorical) -> None:
    again = Categorical(tuple(slot + 3.0 for slot in distribution.logits))

    for slot, p, q in zip(
        distribution.logits, distribution.probabilities, again.probabilities, strict=True
    ):
        assert abs(slot.mean()) <= 1e-9 * max(1.0, float(np.abs(slot).max()))
        assert p == pytest.approx(q, abs=1e-8)


@given(distributions, st.integers(1, 5), st.integers(0, 2**32))
def test_a_sample_has_one_row_a_draw_and_one_column_a_coordinate(
    distribution: Distribution, count: int, seed: int
) -> None:
    points = sample(distribution, count, stream(seed))

    assert points.shape == (count, width(distribution))
    assert points.dtype == np.float64
    assert points.tobytes() == sample(distribution, count, stream(seed)).tobytes()


@given(categoricals, st.integers(0, 2**32))
def test_a_categorical_draws_only_choices_that_exist(distribution: Categorical, seed: int) -> None:
    points = sample(distribution, 7, stream(seed))

    for column, slot in zip(points.T, distribution.logits, strict=True):
        assert set(column) <= set(range(slot.size))


@given(categoricals)
def test_the_mode_of_tables_is_a_most_likely_choice_in_every_slot(
    distribution: Categorical,
) -> None:
    for choice, p in zip(mode(distribution), distribution.probabilities, strict=True):
        assert p[int(choice)] == p.max()


def test_the_mode_of_equal_choices_is_the_starting_prompt() -> None:
    assert mode(Categorical((np.zeros(3), np.zeros(2)))).tolist() == [0.0, 0.0]


@given(st.lists(flat, min_size=1, max_size=3))
def test_a_product_is_its_parts_side_by_side(parts: list[Distribution]) -> None:
    product = Product(tuple(parts))

    assert width(product) == sum(width(part) for part in parts)
    assert mode(product).tolist() == [x for part in parts for x in mode(part)]


def test_the_frequencies_of_draws_are_the_probabilities() -> None:
    wanted = np.array([0.6, 0.3, 0.1])

    points = sample(Categorical((np.log(wanted),)), 20_000, stream())

    found = np.bincount(points[:, 0].astype(np.intp)) / len(points)
    assert found == pytest.approx(wanted, abs=0.015)


@pytest.mark.parametrize(
    "cov",
    [None, np.array([4.0, 0.25]), np.array([[2.0, 0.8], [0.8, 1.0]])],
    ids=["identity", "diagonal", "full"],
)
def test_draws_of_a_gaussian_have_its_mean_and_covariance(cov: Floats | None) -> None:
    gaussian = Gaussian(np.array([1.0, -2.0]), 0.5, cov)
    full = np.eye(2) if cov is None else np.diag(cov) if cov.ndim == 1 else cov

    points = sample(gaussian, 40_000, stream())

    assert points.mean(axis=0) == pytest.approx(gaussian.mean, abs=0.03)
    assert np.cov(points.T) == pytest.approx(0.25 * full, abs=0.03)


def test_a_point_is_drawn_every_time() -> None:
    points = sample(Point(np.array([2.0, 0.0])), 3, stream())

    assert points.tolist() == [[2.0, 0.0]] * 3


def test_a_grouped_distribution_is_used_one_domain_at_a_time() -> None:
    grouped = Grouped((("news", Categorical((np.zeros(2),))),))

    assert width(grouped) == 1
    with pytest.raises(ValueError, match="one domain at a time"):
        sample(grouped, 1, stream())
    with pytest.raises(ValueError, match="one mode a domain"):
        mode(grouped)


@pytest.mark.parametrize(
    "build",
    [
        lambda array: Categorical((array,)).logits[0],
        lambda array: Gaussian(array, 1.0).mean,
        lambda array: Gaussian(np.zeros(2), 1.0, array).cov,
        lambda array: Point(array).x,
    ],
    ids=["logits", "mean", "cov", "x"],
)
def test_arrays_are_copied_and_cannot_be_written(build: Callable[[Floats], Floats]) -> None:
    lent = np.array([1.0, 3.0])

    held = build(lent)
    before = held.tolist()
    lent[0] = 9.0

    assert held.tolist() == before
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 5.0


def test_a_probability_cannot_be_assigned_to_a_value() -> None:
    distribution = Categorical((np.zeros(2),))

    with pytest.raises(AttributeError, match="logits"):
        distribution.logits = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: Categorical(()), "every slot needs at least one choice"),
        (lambda: Categorical((np.zeros(0),)), "every slot needs at least one choice"),
        (lambda: Categorical((np.zeros((2, 2)),)), "every slot needs at least one choice"),
        (lambda: Categorical((np.array([0.0, np.nan]),)), "logits: all values must be finite"),
        (lambda: Gaussian(np.zeros((2, 2)), 1.0), "mean: expected shape"),
        (lambda: Gaussian(np.zeros(0), 1.0), "mean: expected shape"),
        (lambda: Gaussian(np.array([np.inf]), 1.0), "mean: all values must be finite"),
        (lambda: Gaussian(np.zeros(2), 0.0), "sigma: 0.0 is not above 0"),
        (lambda: Gaussian(np.zeros(2), np.nan), "sigma: nan is not above 0"),
        (lambda: Gaussian(np.zeros(2), 1.0, np.ones(3)), "fits no mean of length 2"),
        (lambda: Gaussian(np.zeros(2), 1.0, np.array([1.0, 0.0])), "diagonal must be above 0"),
        (lambda: Gaussian(np.zeros(2), 1.0, np.triu(np.ones((2, 2)))), "not symmetric"),
        (lambda: Point(np.array([np.nan])), "x: all values must be finite"),
        (lambda: frozen_array([1.0, np.inf], name="losses"), "losses: all values must be finite"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(build: Callable[[], object], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build()
