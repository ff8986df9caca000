"""NES: ranks only, known weights, spread that adapts, and an end with a reason."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_searches import Loss, begin, gaussian, run, sphere

from fedbbpt.distributions import Categorical, Floats, Gaussian
from fedbbpt.optimizers.nes import NES, centred_ranks, utilities

START = Gaussian(np.full(10, 0.5), 0.3)


@pytest.mark.parametrize("form", ["separable", "fixed"])
def test_it_goes_most_of_the_way_down_a_sphere(form: str) -> None:
    """60 generations of 20 points, d = 10."""
    search = begin(NES(population=20, form=form), START)  # type: ignore[arg-type]

    run(search, sphere, 60)

    assert sphere(gaussian(search).mean[None])[0] < 0.1 * sphere(START.mean[None])[0]


@pytest.mark.parametrize("form", ["separable", "fixed"])
def test_any_monotone_change_of_the_loss_gives_the_same_points(form: str) -> None:
    plain, bent = begin(NES(form=form), START), begin(NES(form=form), START)  # type: ignore[arg-type]

    straight = run(plain, sphere, 12)
    curved = run(bent, lambda points: np.exp(3 * sphere(points)) - 7, 12)

    assert [p.tobytes() for p in straight] == [p.tobytes() for p in curved]


def test_one_separable_step_is_the_published_one() -> None:
    search = begin(NES(population=4), Gaussian(np.array([1.0, -1.0]), 2.0))
    points = search.ask(4)
    draws = (points - np.array([1.0, -1.0])) / 2.0
    losses = np.array([0.3, 0.1, 0.9, 0.4])

    search.tell(points, losses)

    weights = utilities(losses)
    rate = (3 + np.log(2)) / (5 * np.sqrt(2))
    spread = 2.0 * np.exp(rate / 2 * (weights @ (draws**2 - 1)))
    found = gaussian(search)
    assert found.cov is not None
    np.testing.assert_allclose(found.mean, np.array([1.0, -1.0]) + 2.0 * weights @ draws)
    np.testing.assert_allclose(found.sigma * np.sqrt(found.cov), spread)


@given(
    losses=st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=30),
    shaping=st.sampled_from([utilities, centred_ranks]),
)
def test_weights_sum_to_nothing_fall_with_the_loss_and_are_shared_by_equals(
    losses: list[float], shaping: Callable[[Floats], Floats]
) -> None:
    told = np.array(losses)

    weights = shaping(told)

    assert abs(weights.sum()) < 1e-9
    order = np.argsort(told, kind="stable")
    assert (np.diff(weights[order]) <= 1e-12).all()
    for value in np.unique(told):
        assert np.ptp(weights[told == value]) < 1e-12


@pytest.mark.parametrize("form", ["separable", "fixed"])
def test_flat_losses_move_nothing(form: str) -> None:
    search = begin(NES(form=form), START)  # type: ignore[arg-type]

    run(search, lambda points: np.ones(len(points)), 5)

    np.testing.assert_allclose(gaussian(search).mean, START.mean, atol=1e-6)
    assert gaussian(search).sigma == pytest.approx(START.sigma)


def test_the_spread_of_each_coordinate_follows_its_scale() -> None:
    scales = np.array([1.0, 30.0])
    search = begin(NES(population=12), Gaussian(np.ones(2), 0.5))

    run(search, lambda points: sphere(scales * points), 60)

    cov = gaussian(search).cov
    assert cov is not None
    assert 10 < np.sqrt(cov[0] / cov[1]) < 90


def test_a_whitened_start_walks_the_image_of_the_white_walk() -> None:
    root = np.tril(np.full((3, 3), 0.5)) + np.eye(3)
    white = begin(NES(), Gaussian(np.zeros(3), 0.4), 2)
    born = begin(NES(), Gaussian(np.ones(3), 0.4, root @ root.T), 2)

    walked = run(white, lambda u: sphere(1 + u @ root.T), 10)
    found = run(born, sphere, 10)

    for u, z in zip(walked, found, strict=True):
        np.testing.assert_allclose(1 + u @ root.T, z, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("loss", "reason"),
    [(sphere, "collapsed"), (lambda points: points[:, 0].copy(), "blew up")],
)
def test_a_spread_without_meaning_ends_the_search_with_the_reason(loss: Loss, reason: str) -> None:
    search = begin(NES(population=16), Gaussian(np.ones(2), 0.5))

    asked = run(search, loss, 1500)

    assert reason in search.ended
    assert not len(search.ask(64))
    assert search.best is not None
    assert search.best.loss == np.concatenate([loss(points) for points in asked]).min()


@pytest.mark.parametrize(
    ("field", "value"),
    [("population", 3), ("form", "full"), ("learning_rate", -0.1), ("reevaluate", -1)],
)
def test_a_setting_out_of_its_range_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        NES(**{field: value})  # type: ignore[arg-type]


def test_starts_and_rounds_that_it_cannot_use_are_refused() -> None:
    with pytest.raises(ValueError, match="distribution: nes moves a Gaussian"):
        NES().start(Categorical((np.zeros(2),)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="count: 3 new points are too few"):
        begin(NES(), START).ask(3)
    with pytest.raises(ValueError, match="beside the 2 re-evaluated"):
        begin(NES(reevaluate=2), START).ask(5)
