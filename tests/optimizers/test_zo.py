"""Zeroth-order descent: pairs, patience, clipping, and improvement with every estimate."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, Gaussian, Points
from fedbbpt.optimizers import VectorSearch
from fedbbpt.optimizers.descent import RULES, smoothing_gain, step_gain
from fedbbpt.optimizers.directions import KINDS, direction
from fedbbpt.optimizers.zo import ZerothOrder

START = Gaussian(np.zeros(12), 0.2)
TARGET = np.linspace(-0.5, 0.5, 12)


def sphere(points: Points) -> Floats:
    squares: Floats = ((points - TARGET) ** 2).sum(axis=1)
    return squares


def begin(settings: ZerothOrder, start: Gaussian = START, seed: int = 0) -> VectorSearch:
    search = settings.start(start, np.random.default_rng(seed))
    assert isinstance(search, VectorSearch)
    return search


def advance(search: VectorSearch, loss: Callable[[Points], Floats], rounds: int) -> None:
    for _ in range(rounds):
        points = search.ask(64)
        if len(points):
            search.tell(points, loss(points))


def mean_of(search: VectorSearch) -> Floats:
    found = search.distribution
    assert isinstance(found, Gaussian)
    return found.mean


@pytest.mark.parametrize(
    ("estimate", "along", "step"),
    [
        *itertools.product(("antithetic", "forward"), KINDS, ("adam",)),
        *itertools.product(("antithetic",), ("orthogonal",), RULES),
    ],
)
def test_every_estimate_and_rule_finds_most_of_the_way_down(
    estimate: str, along: str, step: str
) -> None:
    """60 rounds of 10 directions on a sphere of 12 coordinates.

    Of forward differences along coordinates a bias of smoothing * sqrt(12) / 2 stays in each.
    """
    rate = {"adam": 0.05, "momentum": 0.02, "sgd": 0.1, "spsa": 0.5}[step]
    rule = {"estimate": estimate, "along": along, "step": step}
    search = begin(ZerothOrder(learning_rate=rate, smoothing=0.03, **rule))  # type: ignore[arg-type]

    advance(search, sphere, 60)

    assert sphere(mean_of(search)[None])[0] < 0.2 * sphere(START.mean[None])[0]


def test_pairs_stand_on_both_sides_of_the_mean_at_equal_distance() -> None:
    start = Gaussian(np.arange(3.0), 1.0, np.array([4.0, 1.0, 0.25]))
    search = begin(ZerothOrder(directions=5, smoothing=0.3), start)

    points = search.ask(64)

    ahead, behind = points[:5] - start.mean, points[5:] - start.mean
    np.testing.assert_allclose(ahead, -behind, atol=1e-12)
    seed = int(np.random.default_rng(0).integers(2**62))
    steps = np.stack([direction(seed, i, 3) for i in range(5)]) * [2.0, 1.0, 0.5]
    np.testing.assert_allclose(ahead, 0.3 * steps, atol=1e-12)


def test_a_round_takes_as_many_directions_as_it_has_room_for() -> None:
    antithetic, forward = ZerothOrder(), ZerothOrder(estimate="forward")

    assert len(begin(antithetic).ask(7)) == 6
    assert len(begin(forward).ask(7)) == 7
    assert len(begin(forward).ask(64)) == 11


def test_spsa_follows_its_published_gains_in_steps_and_widths() -> None:
    """One pair a round on a linear loss: every step is a_k times the slope times the signs."""
    plan = ZerothOrder(
        directions=1, along="rademacher", step="spsa", learning_rate=0.3, stability=5.0
    )
    search, slope = begin(plan), np.linspace(1, 2, 12)

    for k in range(6):
        before, points = mean_of(search), search.ask(2)
        signs = (points[0] - before) / smoothing_gain(0.1, k)
        search.tell(points, points @ slope)

        np.testing.assert_allclose(np.abs(signs), 1.0, rtol=1e-9)
        wanted = before - step_gain(0.3, k, 5.0) * (signs @ slope) * signs
        np.testing.assert_allclose(mean_of(search), wanted, rtol=1e-9, atol=1e-12)


def test_a_step_waits_until_the_halves_agree_or_patience_ends() -> None:
    noise = np.random.default_rng(3)
    blind = begin(ZerothOrder(directions=4, agreement=0.9, patience=3))
    clear = begin(ZerothOrder(directions=64, agreement=0.3, patience=50))
    moved = []

    for _ in range(6):
        before = mean_of(blind)
        advance(blind, lambda points: noise.standard_normal(len(points)), 1)
        moved.append(not np.array_equal(before, mean_of(blind)))
    advance(clear, sphere, 1)

    assert moved == [False, False, True, False, False, True]
    assert not np.array_equal(mean_of(clear), START.mean)


def test_the_mean_stays_within_the_clip() -> None:
    search = begin(ZerothOrder(clip=0.3, learning_rate=0.2))

    advance(search, sphere, 20)

    assert np.linalg.norm(mean_of(search)) == pytest.approx(0.3, rel=0.05)
    assert np.linalg.norm(mean_of(search)) <= 0.3 + 1e-12


def test_a_proximal_pull_keeps_the_mean_nearer_to_where_the_search_began() -> None:
    start = Gaussian(np.full(12, 0.3), 0.2)
    plain = {"step": "sgd", "learning_rate": 0.1, "along": "orthogonal", "directions": 12}
    free = begin(ZerothOrder(**plain), start)  # type: ignore[arg-type]
    held = begin(ZerothOrder(proximal=2.0, **plain), start)  # type: ignore[arg-type]

    advance(free, sphere, 60)
    advance(held, sphere, 60)

    # The pull of 2 and the sphere's own of 2 meet half way between the start and the target.
    np.testing.assert_allclose(mean_of(free), TARGET, atol=1e-4)
    np.testing.assert_allclose(mean_of(held), (start.mean + TARGET) / 2, atol=1e-4)


def test_a_covariance_shapes_the_steps() -> None:
    stretched = Gaussian(np.zeros(12), 1.0, np.r_[np.full(6, 4.0), np.full(6, 1e-4)])
    search = begin(ZerothOrder(), stretched)

    advance(search, sphere, 5)

    moved = np.abs(mean_of(search))
    assert moved[:6].max() > 20 * moved[6:].max()


def test_steps_that_diverge_end_the_search_with_the_reason() -> None:
    search = begin(ZerothOrder(step="sgd", learning_rate=1e300))

    advance(search, lambda points: 1e10 * points[:, 0], 5)

    assert "lower learning_rate" in search.ended
    assert not len(search.ask(64))
    assert np.isfinite(mean_of(search)).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("directions", 0),
        ("estimate", "central"),
        ("along", "uphill"),
        ("smoothing", 0.0),
        ("step", "newton"),
        ("learning_rate", -1.0),
        ("stability", -1.0),
        ("clip", -1.0),
        ("proximal", -1.0),
        ("clip", np.inf),
        ("agreement", 1.0),
        ("patience", 0),
        ("reevaluate", -1),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        ZerothOrder(**{field: value})  # type: ignore[arg-type]


def test_starts_and_rounds_that_it_cannot_use_are_refused() -> None:
    with pytest.raises(ValueError, match="distribution: zo steps"):
        ZerothOrder().start(Categorical((np.zeros(2),)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="count: 1 new points"):
        begin(ZerothOrder()).ask(1)
    with pytest.raises(ValueError, match="beside the 2 re-evaluated"):
        begin(ZerothOrder(reevaluate=3)).ask(3)
