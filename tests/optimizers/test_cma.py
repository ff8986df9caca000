"""CMA-ES from any Gaussian: pycma's bits at the identity, affine invariance elsewhere."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from vector_searches import Loss, begin, gaussian, rosenbrock, run, sphere

from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.optimizers.cma import CMA

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # matplotlib, for pycma's plots, is absent
    pycma: Any = pytest.importorskip("cma", exc_type=ImportError)


def rotation(size: int, seed: int) -> Floats:
    basis: Floats = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]
    return basis


def covariance(size: int, condition: float, seed: int = 0) -> Floats:
    basis = rotation(size, seed)
    full: Floats = (basis * np.geomspace(1, condition, size)) @ basis.T
    return (full + full.T) / 2


@pytest.mark.parametrize("diagonal", [False, True])
@pytest.mark.parametrize("population", [5, 12])
def test_from_the_identity_the_points_are_pycmas_bit_for_bit(
    diagonal: bool, population: int
) -> None:
    mean = np.linspace(-1, 2, 10)
    stream = np.random.default_rng(8)
    options: dict[str, object] = {
        "seed": np.nan,
        "randn": lambda *shape: stream.standard_normal(shape),
        "popsize": population,
        "CMA_diagonal": diagonal,
        "verbose": -10,
    }
    plain = pycma.CMAEvolutionStrategy(mean, 0.3, options)
    search = begin(CMA(population=population, diagonal=diagonal), Gaussian(mean, 0.3), 8)

    for _ in range(60):
        ours, theirs = search.ask(population), plain.ask()
        losses = rosenbrock(ours)

        assert ours.tobytes() == np.stack(theirs).tobytes()
        search.tell(ours, losses)
        plain.tell(theirs, losses.tolist())
        assert gaussian(search).mean.tobytes() == plain.mean.tobytes()


@pytest.mark.parametrize(
    ("size", "diagonal", "generations"), [(6, False, 30), (6, True, 30), (100, False, 4)]
)
def test_a_whitened_start_walks_the_image_of_the_white_walk(
    size: int, diagonal: bool, generations: int
) -> None:
    mean, cov = np.linspace(0, 1, size), covariance(size, 1e3)
    root = np.linalg.cholesky(cov)
    white = begin(CMA(diagonal=diagonal), Gaussian(np.zeros(size), 0.5), 4)
    born = begin(CMA(diagonal=diagonal), Gaussian(mean, 0.5, cov), 4)

    walked = run(white, lambda u: rosenbrock(mean + u @ root.T), generations)
    found = run(born, rosenbrock, generations)

    for u, z in zip(walked, found, strict=True):
        np.testing.assert_allclose(mean + u @ root.T, z, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("diagonal", [False, True])
def test_what_is_believed_is_what_the_next_points_are_drawn_from(diagonal: bool) -> None:
    start = Gaussian(np.ones(5), 0.4, covariance(5, 50))
    search = begin(CMA(population=64, diagonal=diagonal), start)
    run(search, sphere, 12)
    believed = gaussian(search)
    assert believed.cov is not None
    root = np.linalg.cholesky(believed.cov) * believed.sigma

    white = np.linalg.solve(root, (search.ask(64) - believed.mean).T)

    # 320 squared normals: their mean has a standard deviation of 0.08
    assert abs((white**2).mean() - 1) < 0.3


def test_a_belief_handed_on_goes_on_as_well_and_a_dropped_covariance_does_not() -> None:
    """10 rounds of 8 generations of 12 points, condition 1e4, d = 12; medians of 3 seeds."""
    shape = np.linalg.inv(covariance(12, 1e4))

    def ellipsoid(points: Points) -> Floats:
        values: Floats = np.einsum("ni,ij,nj->n", points, shape, points)
        return values

    def reached(seed: int, carried: bool) -> float:
        belief = Gaussian(np.ones(12), 0.5)
        for lap in range(10):
            search = begin(CMA(population=12), belief, 100 * seed + lap)
            run(search, ellipsoid, 8)
            belief = gaussian(search)
            if not carried:
                belief = Gaussian(belief.mean, belief.sigma)
        return math.log10(ellipsoid(belief.mean[None])[0])

    carried = np.median([reached(seed, True) for seed in range(3)])
    dropped = np.median([reached(seed, False) for seed in range(3)])

    assert carried < dropped - 0.5


def noisy_sphere(points: Points) -> Floats:
    noise = np.random.default_rng(len(points) + int(1e6 * abs(points[0, 0])))
    return sphere(points) + 0.05 * noise.standard_normal(len(points))


def plain_run(loss: Loss, mean: Floats, seed: int, budget: tuple[int, int]) -> Floats:
    """Return pycma's mean after so many generations of so many points from N(mean, 0.25 I)."""
    generations, population = budget
    stream = np.random.default_rng(seed)
    options: dict[str, object] = {
        "seed": np.nan,
        "randn": lambda *shape: stream.standard_normal(shape),
        "popsize": population,
        "CMA_diagonal": mean.size >= 100,
        "verbose": -10,
    }
    strategy = pycma.CMAEvolutionStrategy(mean, 0.5, options)
    for _ in range(generations):
        points = strategy.ask()
        strategy.tell(points, loss(np.stack(points)).tolist())
    found: Floats = strategy.mean
    return found


@pytest.mark.parametrize(
    ("loss", "size", "budget"),
    [
        pytest.param(rosenbrock, 20, (50, 12), id="rosenbrock 20, 600 points"),
        pytest.param(noisy_sphere, 20, (50, 12), id="noisy sphere 20, 600 points"),
        pytest.param(sphere, 20, (50, 12), id="rotated ellipsoid 20, 600 points"),
        pytest.param(sphere, 100, (50, 17), id="rotated ellipsoid 100, separable, 850 points"),
    ],
)
def test_a_whitened_start_is_equal_in_distribution_to_pycma_in_its_own_coordinates(
    loss: Loss, size: int, budget: tuple[int, int]
) -> None:
    """Medians of 5 seeds of log10 of the mean's loss; seeds differ between the two.

    The sphere, seen from a start of condition 100, is a rotated ellipsoid.
    """
    cov, generations = covariance(size, 100), budget[0]
    root, origin = np.linalg.cholesky(cov), np.full(size, 0.5)
    true = sphere if loss is noisy_sphere else loss

    ours, theirs = [], []
    for seed in range(5):
        search = begin(
            CMA(population=budget[1], diagonal=size >= 100), Gaussian(origin, 0.5, cov), seed
        )
        run(search, loss, generations)
        ours.append(math.log10(true(gaussian(search).mean[None])[0]))
        end = plain_run(lambda u: loss(origin + u @ root.T), np.zeros(size), 50 + seed, budget)
        theirs.append(math.log10(true((origin + root @ end)[None])[0]))

    assert abs(np.median(ours) - np.median(theirs)) < 0.4


def test_the_state_of_the_process_is_left_alone() -> None:
    filters = list(warnings.filters)
    before = np.random.get_state(legacy=True)  # noqa: NPY002 - the state that must not move

    run(begin(CMA(), Gaussian(np.ones(6), 0.5)), sphere, 10)

    after = np.random.get_state(legacy=True)  # noqa: NPY002
    assert str(before) == str(after)
    assert filters == list(warnings.filters)
