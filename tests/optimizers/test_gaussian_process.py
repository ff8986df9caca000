"""A Gaussian process over vectors: what it believes, and where it asks next."""

import numpy as np
import pytest
from vector_searches import begin, gaussian, run, sphere

from fedbbpt.distributions import Categorical, Floats, Gaussian, Points
from fedbbpt.optimizers import AsksNearby, Optimizer
from fedbbpt.optimizers.gaussian_process import GaussianProcess
from fedbbpt.optimizers.regression import Regression, Told

START = Gaussian(np.zeros(3), 1.0)
GOAL = np.array([0.9, -0.6, 0.3])
PLACES = np.round(np.random.default_rng(1).standard_normal((30, 3)), 3)
WAYS = ("improvement", "slope")


def bowl(points: Points) -> Floats:
    """Return squared distances from the goal, shape (n,)."""
    return sphere(points - GOAL)


def place(point: Floats) -> Floats:
    """Return the nearest of PLACES."""
    nearest: Floats = PLACES[int(np.argmin(sphere(PLACES - point)))]
    return nearest


def told(points: Points, losses: Floats, rounds: int = 1) -> Told:
    return Told(points, losses, np.repeat(np.arange(rounds), len(points) // rounds).astype(float))


def settings(way: str) -> GaussianProcess:
    return GaussianProcess(first=6, each=4, way=way, draws=64)  # type: ignore[arg-type]


def test_the_slope_is_that_of_the_expected_loss() -> None:
    points = np.random.default_rng(0).standard_normal((20, 3))
    fitted = Regression(told(points, bowl(points)))
    at, step = np.array([0.2, -0.1, 0.4]), 1e-5

    steps = step * np.eye(3)
    differences = (fitted.mean(at + steps) - fitted.mean(at - steps)) / (2 * step)

    assert fitted.slope(at) == pytest.approx(differences, rel=1e-4, abs=1e-6)


def test_it_believes_smooth_losses_and_is_surer_near_them() -> None:
    points = np.random.default_rng(0).standard_normal((40, 3))
    fitted = Regression(told(points, bowl(points)))
    tried = 0.5 * np.random.default_rng(3).standard_normal((50, 3))

    errors = fitted.mean(tried) - bowl(tried)

    assert np.sqrt(np.square(errors).mean()) < 0.2 * bowl(points).std()
    near, far = fitted.covariance(np.stack([points[0] + 0.01, np.full(3, 9.0)])).diagonal()
    assert near < 0.3 * far


def test_what_a_block_does_to_all_says_nothing_of_the_points() -> None:
    rng = np.random.default_rng(5)
    points = rng.standard_normal((40, 3))
    blocks = np.repeat([0.0, 6.0, -6.0, 3.0], 10)
    plain = Regression(told(points, bowl(points), 4))
    shifted = Regression(told(points, bowl(points) + blocks, 4))

    orders = [np.argsort(one.mean(PLACES)) for one in (plain, shifted)]

    assert shifted.setting.block > 0
    assert len(set(orders[0][:8]) & set(orders[1][:8])) >= 4


def test_equal_losses_and_a_single_point_are_no_trouble() -> None:
    points = np.ones((4, 3))

    fitted = Regression(told(points, np.full(4, 2.0)))

    assert fitted.mean(np.zeros((1, 3))) == pytest.approx(2.0)
    assert np.isfinite(fitted.covariance(np.zeros((2, 3)))).all()


@pytest.mark.parametrize("way", WAYS)
def test_a_search_comes_nearer_than_as_many_draws(way: str) -> None:
    found, drawn = [], []

    for seed in range(4):
        search = begin(settings(way), START, seed)
        run(search, bowl, 10)
        found.append(float(bowl(gaussian(search).mean[None])[0]))
        draws = np.random.default_rng(seed).standard_normal((42, 3))
        drawn.append(float(bowl(draws).min()))

    assert np.mean(found) < 0.5 * np.mean(drawn)


@pytest.mark.parametrize("way", WAYS)
def test_among_candidates_it_asks_for_places_and_finds_a_good_one_early(way: str) -> None:
    optimizer: Optimizer = settings(way)
    assert isinstance(optimizer, AsksNearby)
    search = begin(optimizer.among(place), START, 2)

    rounds = run(search, bowl, 4)

    asked = np.vstack(rounds)
    assert {tuple(point) for point in asked} <= {tuple(point) for point in PLACES}
    assert all(len(np.unique(points, axis=0)) == len(points) for points in rounds)
    best = np.sort(bowl(PLACES))[:3]
    assert bowl(gaussian(search).mean[None])[0] <= best[-1]


@pytest.mark.parametrize("way", WAYS)
def test_when_all_candidates_are_asked_it_goes_on_with_them(way: str) -> None:
    few = PLACES[:4]

    def nearest(point: Floats) -> Floats:
        chosen: Floats = few[int(np.argmin(sphere(few - point)))]
        return chosen

    search = begin(settings(way).among(nearest), START, 2)

    rounds = run(search, bowl, 6)

    assert all(1 <= len(points) <= 4 for points in rounds)
    assert len(rounds) == 6


def test_candidates_that_join_are_asked() -> None:
    listed = [*PLACES[:6]]
    search = begin(
        settings("improvement").among(
            lambda point: listed[int(np.argmin(sphere(np.stack(listed) - point)))]
        ),
        START,
    )
    run(search, bowl, 3)

    listed.append(GOAL)
    later = np.vstack(run(search, bowl, 4))

    assert GOAL.tolist() in later.tolist()
    assert gaussian(search).mean.tolist() == GOAL.tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first": 1}, "first: at least 2"),
        ({"each": 0}, "each: at least 1"),
        ({"draws": 2}, "draws: 2 is below each = 5"),
        ({"way": "downhill"}, "way: 'downhill'"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        GaussianProcess(**change)  # type: ignore[arg-type]


def test_a_table_of_choices_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate for choices"):
        GaussianProcess().start(Categorical((np.zeros(3),)), np.random.default_rng(0))


def test_a_count_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="count: 0"):
        begin(GaussianProcess(), START).ask(0)
