"""Distributions as named arrays and back, and what is refused."""

import numpy as np
import pytest
from gaussian_reports import any_gaussian
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.beliefs import (
    SCALE,
    as_statistics,
    from_statistics,
    is_belief,
    kind,
    parts_of,
    spread,
)
from fedbbpt.codec.distributions import distribution_payload
from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Grouped,
    Point,
    Product,
)

TABLES = Categorical((np.array([1.0, -1.0]), np.array([0.0, 2.0, -2.0])))
CLOUD = Gaussian(np.zeros(3), 0.5)
NESTED = Product((TABLES, Product((CLOUD, TABLES))))
distributions = st.one_of(
    any_gaussian, st.just(TABLES), any_gaussian.map(lambda g: Product((g, TABLES, Product((g,)))))
)


@given(distributions)
def test_a_distribution_comes_back_to_the_last_bit(distribution: Distribution) -> None:
    again = from_statistics(as_statistics(distribution), distribution)

    assert distribution_payload(again) == distribution_payload(distribution)


def test_parts_know_their_names_and_coordinates() -> None:
    found = parts_of(NESTED)

    assert [part.prefix for part in found] == ["part_0.", "part_1.part_0.", "part_1.part_1."]
    assert [part.first for part in found] == [0, 2, 5]
    assert {"part_0.logits_1", "part_1.part_0.mean"} <= as_statistics(NESTED).keys()


def test_beliefs_are_told_from_sums_by_their_names() -> None:
    assert all(map(is_belief, as_statistics(NESTED)))
    assert not any(map(is_belief, ("counts_0", "part_0.counts_1", "loss_sum", "score_items")))


def test_kinds_differ_where_points_do() -> None:
    assert kind(CLOUD) == kind(Gaussian(np.ones(3), 2.0, np.eye(3)))
    assert len({kind(d) for d in (CLOUD, TABLES, NESTED, Gaussian(np.zeros(2), 1.0))}) == 4


@pytest.mark.parametrize("other", [Point(np.zeros(2)), Grouped((("a", CLOUD),))])
def test_what_no_search_moves_is_refused(other: Distribution) -> None:
    for call in (kind, as_statistics, lambda d: from_statistics({}, d)):
        with pytest.raises(ValueError, match=type(other).__name__):
            call(other)


NONE = np.zeros(0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"mean": NONE}, r"mean: shape \(0,\), expected \(3,\)"),
        ({"mean": np.array([0.0, np.nan, 0.0])}, "mean: all values must be finite"),
        ({"sigma": np.zeros(1)}, "sigma: shape"),
        ({"sigma": np.array(0.0)}, "sigma: 0.0 is not above 0"),
        ({"sigma": np.array(-1.0)}, "sigma: -1.0 is not above 0"),
        ({"sigma": np.array(np.inf)}, "sigma: all values must be finite"),
        ({"sigma": np.array(1e-12)}, "sigma: .* collapsed or blew up"),
        ({"sigma": np.array(1e12)}, "sigma: .* collapsed or blew up"),
        ({"cov": np.ones(2)}, r"cov: shape \(2,\) fits no mean"),
        ({"cov": np.array([1.0, -1.0, 1.0])}, "cov: a diagonal must be above 0"),
        ({"cov": np.array([1.0, np.inf, 1.0])}, "cov: all values must be finite"),
        ({"cov": np.triu(np.ones((3, 3)))}, "cov: not symmetric"),
        ({"cov": np.ones((3, 3))}, "cov: not positive definite, its least eigenvalue is"),
        ({"cov": np.diag([1.0, 1.0, -1.0])}, "cov: not positive definite"),
    ],
)
def test_a_gaussian_that_is_none_is_refused(changed: dict[str, Floats], why: str) -> None:
    with pytest.raises(ValueError, match=f"statistics.{why}"):
        from_statistics(as_statistics(CLOUD) | changed, CLOUD)


def test_an_absent_array_is_named_with_its_part() -> None:
    whole = as_statistics(NESTED)
    for name in whole:
        poor = {n: a for n, a in whole.items() if n != name}

        with pytest.raises(ValueError, match=f"statistics.{name}: absent"):
            from_statistics(poor, NESTED)


@given(any_gaussian)
def test_the_spread_is_that_of_the_widest_coordinate(gaussian: Gaussian) -> None:
    cov = np.ones(3) if gaussian.cov is None else gaussian.cov
    diagonal = cov if cov.ndim == 1 else np.diagonal(cov)

    assert spread(gaussian) == pytest.approx(gaussian.sigma * np.sqrt(diagonal).max())
    edge = Gaussian(gaussian.mean, gaussian.sigma * SCALE * 0.99, gaussian.cov)
    assert isinstance(from_statistics(as_statistics(edge), gaussian), Gaussian)
