"""Finite seeds: a log of scalars that gives the same vector to whoever reads it."""

import dataclasses
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_searches import begin, gaussian, run, sphere

from fedbbpt.aggregators.mean import Mean
from fedbbpt.codec.messages import decode_state, encode_state
from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.drivers import CommonCandidates
from fedbbpt.messages import Report, Score, State
from fedbbpt.optimizers import ScalarSearch
from fedbbpt.optimizers.directions import directions_at
from fedbbpt.optimizers.finite_seeds import FiniteSeeds
from fedbbpt.optimizers.scalar_log import ScalarLog, SeedPool, placed, replayed, with_step
from fedbbpt.schedule import Schedule

START = Gaussian(np.full(6, 0.5), 0.2)
SETTINGS = FiniteSeeds(seeds=32, directions=4, learning_rate=0.05)
OWNERS = {"east": 8, "west": 24}


def federated(settings: FiniteSeeds, rounds: int, order: int = 1) -> State:
    """Return the server's state after some rounds with two owners on different spheres."""
    schedule = Schedule(candidates=2 * settings.directions, nested=False, requests=10**6)
    driver = CommonCandidates(settings, Mean(), schedule, START, OWNERS, np.random.default_rng(5))
    state = State(0, START)
    for _ in range(rounds):
        proposal = driver.propose(state, tuple(OWNERS))
        assert proposal is not None
        assert isinstance(proposal.work, Score)
        reports = [report(name, state.round, proposal.work.points) for name in OWNERS]
        state = driver.absorb(state, reports[::order])
    return state


def report(name: str, round: int, points: Points) -> Report:
    weight = float(OWNERS[name])
    losses = weight * sphere(points - (0.2 if name == "east" else -0.1))
    known = {"loss_sum": losses.astype(np.float32).astype(np.float64)}
    return Report(name, round, "", known, frozenset(known), weight, 8, 0, 0, 8)


@pytest.mark.parametrize("sampling", ["uniform", "amplitude"])
@pytest.mark.parametrize("step", ["sgd", "momentum", "adam"])
def test_a_late_client_has_the_servers_vector_to_the_last_bit(
    step: Literal["sgd", "momentum", "adam"], sampling: Literal["uniform", "amplitude"]
) -> None:
    settings = dataclasses.replace(SETTINGS, step=step, sampling=sampling)
    state = decode_state(encode_state(federated(settings, 12)))

    caught_up = settings.caught_up(state.memory, START)

    assert isinstance(state.distribution, Gaussian)
    assert caught_up.tobytes() == state.distribution.mean.tobytes()
    assert np.linalg.norm(caught_up - START.mean) > 0.1


def test_the_order_of_reports_and_the_order_of_steps_make_no_difference() -> None:
    there, back = federated(SETTINGS, 6), federated(SETTINGS, 6, order=-1)
    log = ScalarLog.read(there.memory)
    pool = SeedPool(3, 32, 6)
    turned = ScalarLog.empty()
    for seeds, slopes in reversed(log.steps()):
        turned = turned.after(seeds, slopes)

    ahead, behind = replayed(log, pool, "sgd", 0.1), replayed(turned, pool, "sgd", 0.1)

    np.testing.assert_array_equal(log.slopes, ScalarLog.read(back.memory).slopes)
    np.testing.assert_allclose(ahead, behind, rtol=1e-12, atol=1e-15)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12), st.integers(0, 12))
def test_a_log_read_in_two_stretches_is_the_log_read_at_once(slopes: list[float], cut: int) -> None:
    pool = SeedPool(1, 5, 3)
    logs = [ScalarLog.empty()]
    for number, slope in enumerate(slopes):
        logs.append(logs[-1].after(np.array([number % 5]), np.array([slope])))

    totals = ScalarLog.read(logs[min(cut, len(slopes))].arrays()).sums(5)
    for seeds, values in logs[-1].steps()[cut:]:
        totals = with_step(totals, seeds, values)

    assert placed(totals, pool, 0.1).tobytes() == replayed(logs[-1], pool, "sgd", 0.1).tobytes()


def test_with_plain_descent_one_sum_a_seed_says_everything() -> None:
    state = federated(SETTINGS, 8)
    seed = [int(part) for part in state.memory["log_seed"]]
    rows = directions_at("gaussian", (seed[0] << 31) + seed[1], 0, (32, 6))
    sums = ScalarLog.read(state.memory).sums(32)

    expected = START.mean - 0.05 * sums @ rows

    assert isinstance(state.distribution, Gaussian)
    np.testing.assert_allclose(state.distribution.mean, expected, atol=1e-12)


def test_the_vector_does_not_depend_on_how_many_rows_are_added_at_once() -> None:
    pool = SeedPool(2, 40, 300)
    scalars = np.random.default_rng(0).standard_normal(40)

    whole = pool.summed(np.arange(40), scalars)
    by_hand: Floats = np.zeros(300)
    for number in range(40):
        by_hand = by_hand + scalars[number] * pool.rows[number]

    assert whole.tobytes() == by_hand.tobytes()


@pytest.mark.parametrize("along", ["gaussian", "rademacher", "orthogonal"])
@pytest.mark.parametrize(("step", "rate"), [("sgd", 0.1), ("adam", 0.05), ("momentum", 0.02)])
def test_a_sphere_is_mostly_descended(along: str, step: str, rate: float) -> None:
    settings = FiniteSeeds(seeds=24, directions=6, along=along, step=step, learning_rate=rate)  # type: ignore[arg-type]
    search = begin(settings, START)
    before = sphere(gaussian(search).mean[None])[0]

    run(search, sphere, 60)

    assert sphere(gaussian(search).mean[None])[0] < 0.05 * before


def test_directions_with_large_slopes_are_drawn_more_often() -> None:
    settings = FiniteSeeds(
        seeds=8, directions=1, along="orthogonal", sampling="amplitude", learning_rate=1e-9
    )
    search = begin(settings, Gaussian(np.zeros(8), 0.2))
    assert isinstance(search, ScalarSearch)
    rows = SeedPool(int(np.random.default_rng(0).integers(2**62)), 8, 8, "orthogonal").rows

    run(search, lambda points: 9.0 * points @ rows[2], 600)

    times = np.bincount(ScalarLog.read(search.scalars).seeds, minlength=8)
    assert times[2] > 1.6 * np.delete(times, 2).max()


def test_a_large_slope_is_cut() -> None:
    search = begin(dataclasses.replace(SETTINGS, bound=0.5), START)
    assert isinstance(search, ScalarSearch)

    run(search, lambda points: 100.0 * points.sum(axis=1), 3)

    assert np.abs(ScalarLog.read(search.scalars).slopes).max() == 0.5


def test_steps_that_diverge_end_with_their_reason() -> None:
    search = begin(dataclasses.replace(SETTINGS, learning_rate=1e300), START)

    run(search, lambda points: 1e10 * points.sum(axis=1), 3)

    assert search.ended == "the steps diverged; lower learning_rate"
    assert np.isfinite(gaussian(search).mean).all()


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ({}, "log_ends, log_seeds, log_slopes is absent"),
        ({"log_seeds": [40.0], "log_slopes": [1.0], "log_ends": [1.0]}, "ends before 32"),
        ({"log_seeds": [4.0], "log_slopes": [1.0], "log_ends": [2.0]}, "do not cover"),
        ({"log_seeds": [4.0], "log_slopes": [1.0, 2.0], "log_ends": [1.0]}, "one slope a seed"),
        ({"log_seeds": [-4.0], "log_slopes": [1.0], "log_ends": [1.0]}, "below 0"),
    ],
)
def test_a_log_that_cannot_be_is_refused(memory: dict[str, list[float]], said: str) -> None:
    arrays = {name: np.array(values) for name, values in memory.items()}

    with pytest.raises(ValueError, match=said):
        SETTINGS.caught_up({**arrays, "log_seed": np.zeros(2)}, START)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("directions", 33),
        ("directions", 0),
        ("along", "coordinate"),
        ("sampling", "greedy"),
        ("step", "spsa"),
        ("smoothing", 0.0),
        ("learning_rate", -1.0),
        ("bound", -1.0),
    ],
)
def test_a_setting_out_of_its_range_is_named(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: "):
        dataclasses.replace(SETTINGS, **{setting: value})  # type: ignore[arg-type]
