"""Slopes along common directions are added up, and whoever has the log has the vector."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators.seed_log import SeedLog, joined_late
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State
from fedbbpt.optimizers.finite_seeds import FiniteSeeds
from fedbbpt.optimizers.scalar_log import ScalarLog
from fedbbpt.optimizers.shared_seeds import SharedSeeds

START = Gaussian(np.linspace(-1.0, 1.0, 6), 0.5, np.linspace(0.5, 2.0, 6))
SETTINGS = FiniteSeeds(seeds=64, directions=2, learning_rate=0.05)
STEPS = 4


def stretch(start: Gaussian, target: float, draws: int, settings: FiniteSeeds = SETTINGS) -> Report:
    """Return what an owner reports that steps towards its own target, a few times."""
    search = settings.start_with(start, np.random.default_rng(draws), 3)
    for _ in range(STEPS):
        points = search.ask(4)
        search.tell(points, ((points - target) ** 2).sum(axis=1))
    ended = search.distribution
    assert isinstance(ended, Gaussian)
    statistics = {**search.scalars, "ended": ended.mean}
    return Report(f"owner {draws}", 0, "f", statistics, frozenset(), 8.0 + draws, 32, 0, 0, 32)


def mean_of(state: State) -> Floats:
    assert isinstance(state.distribution, Gaussian)
    return state.distribution.mean


def run(rounds: int, owners: int = 3) -> State:
    """Return the state after rounds in which every owner takes part."""
    state = State(0, START)
    for round in range(rounds):
        now = state.distribution
        assert isinstance(now, Gaussian)
        told = [stretch(now, 0.5 * owner, 100 * round + owner) for owner in range(owners)]
        state = SeedLog()(state, told)
    return state


@pytest.mark.parametrize("draws", range(3))
def test_one_report_alone_is_where_that_owners_search_ended(draws: int) -> None:
    report = stretch(START, 2.0, draws)

    after = SeedLog()(State(0, START), [report])

    np.testing.assert_allclose(mean_of(after), report.statistics["ended"], atol=1e-12)
    assert np.linalg.norm(mean_of(after) - START.mean) > 0.01


def test_the_order_of_reports_does_not_matter_to_the_last_bit() -> None:
    told = [stretch(START, target, draws) for draws, target in enumerate((0.0, 1.0, 2.0))]

    ends = {
        mean_of(SeedLog()(State(0, START), order)).tobytes()
        for order in itertools.permutations(told)
    }

    assert len(ends) == 1


@given(weights=st.lists(st.floats(1.0, 50.0), min_size=2, max_size=4))
@settings(max_examples=15)
def test_the_result_is_the_weighted_average_of_where_the_owners_ended(weights: list[float]) -> None:
    # Plain descent from one start adds up, so that scalars say what averaged vectors would.
    told = [stretch(START, float(place), place) for place in range(len(weights))]
    told = [
        Report(one.client, 0, "f", one.statistics, frozenset(), weight, 1, 0, 0, 1)
        for one, weight in zip(told, weights, strict=True)
    ]

    after = mean_of(SeedLog()(State(0, START), told))

    average = np.average([one.statistics["ended"] for one in told], axis=0, weights=weights)
    np.testing.assert_allclose(after, average, atol=1e-12)


def test_whoever_joins_late_replays_the_log_to_the_same_bits() -> None:
    state = run(rounds=5)

    assert joined_late(state.memory, START).tobytes() == mean_of(state).tobytes()
    assert SETTINGS.caught_up(state.memory, START).tobytes() == mean_of(state).tobytes()


def test_the_log_is_only_appended_to() -> None:
    before, after = ScalarLog.read(run(2).memory), ScalarLog.read(run(4).memory)

    assert after.ends[:2].tolist() == before.ends.tolist()
    assert after.seeds[: len(before.seeds)].tolist() == before.seeds.tolist()
    assert after.slopes[: len(before.slopes)].tolist() == before.slopes.tolist()
    assert len(after.ends) == 4


def test_local_steps_bring_all_owners_nearer_to_the_middle_of_their_targets() -> None:
    state = run(rounds=12)

    wanted = np.average([0.0, 0.5, 1.0], weights=[8.0, 9.0, 10.0])
    assert np.abs(mean_of(state) - wanted).mean() < 0.4 * np.abs(START.mean - wanted).mean()


def test_an_owner_with_another_set_of_directions_is_named() -> None:
    others = FiniteSeeds(seeds=64, directions=2, learning_rate=0.1)
    told = [stretch(START, 0.0, 0), stretch(START, 1.0, 1, others)]

    with pytest.raises(ValueError, match="owner 1: its directions are others than those of owner"):
        SeedLog()(State(0, START), told)


def test_a_report_without_a_log_is_named() -> None:
    report = Report("anna", 0, "f", {"mean": START.mean}, frozenset(), 8.0, 1, 0, 0, 1)

    with pytest.raises(ValueError, match="anna: log: log_seed, log_terms is absent"):
        SeedLog()(State(0, START), [report])


@pytest.mark.parametrize("step", ["adam", "momentum"])
def test_steps_that_do_not_add_up_are_refused(step: str) -> None:
    settings = FiniteSeeds(step=step)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match=r'step: .* cannot be added up over owners; use step = "s'):
        settings.start_with(START, np.random.default_rng(0), 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_terms", [0.0, 0.0, 0.1]),
        ("log_terms", [64.0, 7.0, 0.1]),
        ("log_terms", [64.0, 0.0, -0.1]),
        ("log_terms", [64.5, 0.0, 0.1]),
        ("log_seed", [-1.0, 0.0]),
    ],
)
def test_a_set_of_directions_that_is_none_is_refused(name: str, value: list[float]) -> None:
    arrays = {**stretch(START, 0.0, 0).statistics, name: np.array(value)}

    with pytest.raises(ValueError, match="its set of directions is none"):
        SharedSeeds.read(arrays)


def test_a_seed_in_another_number_of_parts_is_refused() -> None:
    arrays = {**stretch(START, 0.0, 0).statistics, "log_seed": np.ones(1)}

    with pytest.raises(ValueError, match=r"log_seed has shape \(1,\), expected \(2,\)"):
        SharedSeeds.read(arrays)


def test_a_direction_beyond_the_set_is_refused() -> None:
    arrays = dict(stretch(START, 0.0, 0).statistics)
    arrays["log_seeds"] = arrays["log_seeds"] + 64

    with pytest.raises(ValueError, match="the set ends before 64"):
        SharedSeeds.read(arrays).sums(ScalarLog.read(arrays))
