"""The pools of Gaussians in closed form, and the law of each."""

import numpy as np
import pytest
from gaussian_reports import (
    START,
    Told,
    any_gaussian,
    deviations,
    diagonals,
    full,
    fulls,
    means,
    merged,
    owners,
    plains,
    report,
    reports,
    weights,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.barycentre import barycentre
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.moment_matching import MomentMatching
from fedbbpt.aggregators.precision_pool import PrecisionPool
from fedbbpt.aggregators.product_of_experts import ProductOfExperts
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import State

BEGIN = State(0, START)
POOLS = [FedavgGaussian(), PrecisionPool(), MomentMatching(growth=0)]
MOVING = [*POOLS, ProductOfExperts(), FedavgGaussian("gain"), FedavgGaussian("certainty")]


def parts_of(told: list[Told]) -> Floats:
    sizes = np.array([one.weight for one in told])
    parts: Floats = sizes / sizes.sum()
    return parts


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: type(pool).__name__)
@given(any_gaussian, st.lists(weights, min_size=1, max_size=4))
def test_owners_who_agree_are_believed(
    pool: Aggregator, gaussian: Gaussian, sizes: list[float]
) -> None:
    after = merged(pool(BEGIN, reports([Told(gaussian, size) for size in sizes])))

    assert after.mean == pytest.approx(gaussian.mean, rel=1e-9, abs=1e-9)
    assert full(after) == pytest.approx(full(gaussian), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("pool", MOVING, ids=repr)
@given(owners(any_gaussian), means, st.floats(0.5, 2))
@settings(max_examples=20)
def test_moving_and_stretching_everything_moves_and_stretches_the_result(
    pool: Aggregator, told: list[Told], shift: Floats, scale: float
) -> None:
    def changed(gaussian: Gaussian) -> Gaussian:
        return Gaussian(scale * (gaussian.mean + shift), scale * gaussian.sigma, gaussian.cov)

    here = merged(pool(BEGIN, reports(told)))
    moved = [one._replace(gaussian=changed(one.gaussian)) for one in told]
    there = merged(pool(State(0, changed(START)), reports(moved)))

    assert there.mean == pytest.approx(changed(here).mean, rel=1e-6, abs=1e-6)
    assert full(there) == pytest.approx(full(changed(here)), rel=1e-5, abs=1e-8)


@given(owners(st.one_of(plains, diagonals)))
def test_federated_averaging_means_the_means_and_the_standard_deviations(told: list[Told]) -> None:
    after = merged(FedavgGaussian()(BEGIN, reports(told)))

    expected = parts_of(told) @ np.stack([deviations(one.gaussian) for one in told])
    assert deviations(after) == pytest.approx(expected, rel=1e-9)
    mean = parts_of(told) @ np.stack([one.gaussian.mean for one in told])
    assert after.mean == pytest.approx(mean, rel=1e-9, abs=1e-9)


@given(owners(plains))
def test_federated_averaging_of_plain_gaussians_stays_plain(told: list[Told]) -> None:
    after = merged(FedavgGaussian()(BEGIN, reports(told)))

    assert after.cov is None
    assert after.sigma == pytest.approx(parts_of(told) @ [one.gaussian.sigma for one in told])


@given(st.lists(diagonals, min_size=2, max_size=3))
def test_the_barycentre_of_diagonals_is_what_averaging_deviations_gives(
    gaussians: list[Gaussian],
) -> None:
    parts = np.full(len(gaussians), 1 / len(gaussians))

    found = barycentre([full(gaussian) for gaussian in gaussians], parts)

    expected = np.mean([deviations(gaussian) for gaussian in gaussians], axis=0) ** 2
    assert found == pytest.approx(np.diag(expected), rel=1e-6, abs=1e-9)


@given(st.lists(fulls, min_size=2, max_size=3))
@settings(max_examples=20)
def test_the_barycentre_is_a_fixed_point_and_no_neighbour_is_nearer(
    gaussians: list[Gaussian],
) -> None:
    shapes = [full(gaussian) for gaussian in gaussians]
    parts = np.full(len(shapes), 1 / len(shapes))

    found = barycentre(shapes, parts)

    best = sum(_distance(found, shape) for shape in shapes)
    for factor in (0.98, 1.02):
        assert sum(_distance(factor * found, shape) for shape in shapes) >= best - 1e-9


def _distance(first: Floats, second: Floats) -> float:
    """Return the squared Wasserstein-2 distance of two centred Gaussians."""
    crossed = np.linalg.eigvals(first @ second)
    root = float(np.sqrt(np.maximum(crossed.real, 0)).sum())
    return float(np.trace(first) + np.trace(second)) - 2 * root


@given(owners(diagonals))
def test_a_precision_pool_is_the_weighted_geometric_mean(told: list[Told]) -> None:
    after = merged(PrecisionPool()(BEGIN, reports(told)))

    def energy(gaussian: Gaussian, z: Floats) -> float:
        return float((((z - gaussian.mean) / deviations(gaussian)) ** 2).sum())

    places = np.random.default_rng(0).normal(size=(3, 3))
    expected = [parts_of(told) @ [energy(one.gaussian, z) for one in told] for z in places]
    found = [energy(after, z) for z in places]
    assert np.diff(found) == pytest.approx(np.diff(expected), rel=1e-6, abs=1e-6)


@given(st.lists(means, min_size=2, max_size=4), st.one_of(plains, diagonals, fulls))
def test_equal_precisions_come_to_the_mean_of_means(places: list[Floats], like: Gaussian) -> None:
    told = [Told(Gaussian(place, like.sigma, like.cov)) for place in places]

    after = merged(PrecisionPool()(BEGIN, reports(told)))

    assert after.mean == pytest.approx(np.mean(places, axis=0), rel=1e-6, abs=1e-6)
    assert full(after) == pytest.approx(full(like), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("number", [1, 2, 7])
@pytest.mark.parametrize("shape", [None, np.array([1.0, 2.0, 0.5]), np.eye(3) + 0.3])
def test_a_product_does_not_count_the_broadcast_gaussian_again(
    number: int, shape: Floats | None
) -> None:
    start = Gaussian(START.mean, START.sigma, shape)

    after = merged(ProductOfExperts()(State(0, start), reports([Told(start)] * number)))

    assert after.mean == pytest.approx(start.mean, abs=1e-12)
    assert full(after) == pytest.approx(full(start), rel=1e-9, abs=1e-12)


@given(st.lists(diagonals, min_size=1, max_size=3))
def test_a_product_of_full_matrices_is_that_of_diagonals_where_they_are_diagonal(
    gaussians: list[Gaussian],
) -> None:
    as_full = [
        Gaussian(g.mean, g.sigma, None if g.cov is None else np.diag(g.cov)) for g in gaussians
    ]

    flat = merged(ProductOfExperts()(BEGIN, reports([Told(g) for g in gaussians])))
    square = merged(ProductOfExperts()(BEGIN, reports([Told(g) for g in as_full])))

    assert square.mean == pytest.approx(flat.mean, rel=1e-6, abs=1e-8)
    assert full(square) == pytest.approx(full(flat), rel=1e-6, abs=1e-9)


@given(owners(any_gaussian), st.floats(1, 5))
def test_a_product_stays_within_its_limit(told: list[Told], limit: float) -> None:
    after = merged(ProductOfExperts(limit)(BEGIN, reports(told)))

    root = np.sqrt(np.diagonal(full(START)))
    values = np.linalg.eigvalsh(full(after) / np.outer(root, root))
    assert 1 / limit - 1e-6 <= values.min() <= values.max() <= limit + 1e-6


@given(owners(any_gaussian))
def test_matched_moments_are_those_of_the_mixture(told: list[Told]) -> None:
    after = merged(MomentMatching(between=1, growth=0)(BEGIN, reports(told)))

    second = np.sum(
        [
            part * (full(one.gaussian) + np.outer(one.gaussian.mean, one.gaussian.mean))
            for part, one in zip(parts_of(told), told, strict=True)
        ],
        axis=0,
    )
    expected = second - np.outer(after.mean, after.mean)
    assert np.diagonal(full(after)) == pytest.approx(np.diagonal(expected), rel=1e-6, abs=1e-8)


@given(owners(any_gaussian), st.floats(1, 2))
def test_matched_moments_never_grow_faster_than_they_may(told: list[Told], growth: float) -> None:
    after = merged(MomentMatching(between=1, growth=growth)(BEGIN, reports(told)))

    before = np.sqrt(np.mean(deviations(START) ** 2))
    assert np.sqrt(np.mean(deviations(after) ** 2)) <= growth * before * (1 + 1e-9)


def test_an_owner_that_gained_nothing_counts_nothing_beside_one_that_did() -> None:
    idle = Told(Gaussian(np.full(3, 9.0), 1.0), 90.0, (0.5, 0.6))
    better = Told(Gaussian(np.ones(3), 1.0), 10.0, (1.0, 0.5))

    after = merged(FedavgGaussian("gain")(BEGIN, reports([idle, better])))
    nobody = merged(FedavgGaussian("gain")(BEGIN, reports([idle, idle])))

    assert after.mean.tolist() == [1.0, 1.0, 1.0]
    assert nobody.mean.tolist() == [9.0, 9.0, 9.0]


def test_by_certainty_half_the_spread_counts_four_times() -> None:
    sure, unsure = Told(Gaussian(np.ones(3), 0.5), 10.0), Told(Gaussian(np.full(3, 6.0), 1.0), 10.0)

    after = merged(FedavgGaussian("certainty")(BEGIN, reports([sure, unsure])))

    assert after.mean.tolist() == [2.0, 2.0, 2.0]


def test_gain_needs_a_comparison() -> None:
    told = report("anna", Told(START))
    poor = {n: a for n, a in told.statistics.items() if not n.startswith("compared")}
    silent = type(told)("anna", 0, "f", poor, frozenset(), 1.0, 0, 0, 0, 0)

    with pytest.raises(ValueError, match="compare = true"):
        FedavgGaussian("gain")(BEGIN, [silent])


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: FedavgGaussian("luck"), "weights"),  # type: ignore[arg-type]
        (lambda: ProductOfExperts(0.5), "limit"),
        (lambda: MomentMatching(between=2), "between"),
        (lambda: MomentMatching(growth=0.5), "growth"),
    ],
)
def test_settings_out_of_range_are_refused(make: type[Aggregator], field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: "):
        make()
