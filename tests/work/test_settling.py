"""What a search over vectors deploys, at its own end and at an early one."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Points,
    Product,
    mode,
)
from fedbbpt.drivers import CommonCandidates, LocalSearches
from fedbbpt.messages import Report, Score, State
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.keeping import Keeping
from fedbbpt.optimizers.nes import NES
from fedbbpt.optimizers.zo import ZerothOrder
from fedbbpt.schedule import Schedule
from fedbbpt.server import SearchOutcome
from fedbbpt.work.settling import DIVERGED, centred, contested, sound, strays
from fedbbpt.work.watch import Watch

START = Gaussian(np.zeros(2), 1.0)
TARGET = np.array([3.0, -2.0])
Loss = Callable[[Points, int], Floats]


def distance(points: Points, round: int) -> Floats:
    squares: Floats = np.square(points - TARGET).sum(axis=1)
    return squares


def away(points: Points, round: int) -> Floats:
    """The further from the origin the better, until the last round tells the truth."""
    return distance(points, round) if len(points) <= 3 else -np.abs(points).sum(axis=1)


class Blown:
    """Three points a generation around the target; blows up, away from it, after the second."""

    def __init__(self) -> None:
        self.distribution = START
        self.ended = ""
        self._told = 0

    def propose(self, count: int) -> Points:
        return np.empty((0, 2)) if self.ended else TARGET + np.eye(3, 2) + np.array([0.0, 0.5])

    def learn(self, losses: Floats) -> None:
        self._told += 1
        mean = TARGET + 0.1 if self._told == 1 else TARGET + 50.0
        self.distribution = Gaussian(mean, 1.0 if self._told == 1 else 90.0)
        self.ended = "the step size blew up" if self._told == 2 else ""


class Blows:
    """Starts a search that blows up."""

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Keeping:
        return Keeping(Blown(), 0)


def mean_losses(state: State, reports: Sequence[Report]) -> State:
    losses = reports[0].statistics["loss_sum"]
    return State(state.round + 1, state.distribution, {"losses": losses})


def played(optimizer: Optimizer, loss: Loss, rounds: int = 400) -> tuple[SearchOutcome, list[int]]:
    """Play score work without a server; return its end and the points of every round."""
    plan = Schedule(candidates=12, nested=False, rounds=rounds)
    driver = CommonCandidates(
        optimizer, mean_losses, plan, START, {"a": 9}, np.random.default_rng(1)
    )
    state, sizes = State(0, START), []
    while state.round < rounds and (proposal := driver.propose(state, ["a"])):
        assert isinstance(proposal.work, Score)
        points = proposal.work.points
        sums = {"loss_sum": loss(points, state.round)}
        report = Report("a", state.round, "", sums, frozenset(), 1.0, len(points), 0, 0, 0)
        state = driver.absorb(state, [report])
        sizes.append(len(points))
    return SearchOutcome(state, (), driver.requests, driver.ended), sizes


def test_a_search_that_blew_up_deploys_the_last_sound_mean_where_it_does_best() -> None:
    outcome, sizes = played(Blows(), distance)

    assert outcome.ended == "the step size blew up"
    assert sizes == [3, 3, 3]  # the third round compares mean, best and blown-up mean
    assert mode(outcome.state.distribution).tolist() == (TARGET + 0.1).tolist()
    assert isinstance(outcome.state.distribution, Gaussian)
    assert outcome.state.distribution.sigma == 1.0


def test_a_lucky_loss_of_the_best_does_not_win_the_last_block() -> None:
    def lucky(points: Points, round: int) -> Floats:
        found = distance(points, round)
        return found - 1000.0 * (np.arange(len(points)) == 1) if round == 0 else found

    outcome, _ = played(Blows(), lucky)

    assert mode(outcome.state.distribution).tolist() == (TARGET + 0.1).tolist()


def test_the_best_wins_where_it_does_best_on_the_last_block() -> None:
    def told(points: Points, round: int) -> Floats:
        off: Floats = np.abs(points - (TARGET + np.array([1.0, 0.5]))).sum(axis=1)
        return off

    outcome, _ = played(Blows(), told)

    assert mode(outcome.state.distribution).tolist() == (TARGET + np.array([1.0, 0.5])).tolist()


def test_without_a_round_left_the_last_sound_mean_stays() -> None:
    outcome, sizes = played(Blows(), distance, rounds=2)

    assert sizes == [3, 3]
    assert mode(outcome.state.distribution).tolist() == (TARGET + 0.1).tolist()
    assert outcome.ended == "the step size blew up"


@pytest.mark.parametrize("optimizer", [NES(population=12)])
def test_a_real_search_that_blows_up_ends_with_something_that_does_well(
    optimizer: Optimizer,
) -> None:
    outcome, sizes = played(optimizer, away)

    assert "blew up" in outcome.ended
    assert sizes[-1] < 12
    # All of what stood to choose had run away; the nearest of the three was taken.
    assert np.isfinite(mode(outcome.state.distribution)).all()


def test_steps_that_run_away_end_the_search_and_what_was_sound_stays() -> None:
    outcome, _ = played(ZerothOrder(learning_rate=1e39), distance)

    assert outcome.ended == DIVERGED
    assert "lower learning_rate" in outcome.ended
    assert not strays(mode(outcome.state.distribution))


def test_the_mean_stays_what_is_deployed_while_nothing_is_asked_again() -> None:
    search = Keeping(Blown(), 0)
    search.tell(search.ask(3), np.array([1.0, -9.0, 1.0]))

    assert search.preferred is None
    assert search.best is not None


def test_a_best_that_beats_the_mean_beside_it_is_deployed_until_the_mean_does_better() -> None:
    class Still(Blown):
        def learn(self, losses: Floats) -> None:
            pass

    search = Keeping(Still(), 1)
    search.tell(search.ask(5), np.array([3.0, 1.0, 2.0]))
    points = search.ask(5)
    search.tell(points, np.array([3.0, 3.0, 3.0, 2.0, 1.5]))
    first = search.preferred
    search.tell(search.ask(5), np.array([3.0, 3.0, 3.0, 1.0, 1.5]))

    assert first is not None
    assert first.tolist() == points[4].tolist()
    assert search.preferred is None


def test_a_belief_of_any_kind_is_moved_to_a_point() -> None:
    table = Categorical((np.array([2.0, 2.0, 0.0]), np.zeros(2)))
    both = Product((table, Gaussian(np.zeros(2), 0.5)))

    moved = centred(both, np.array([2.0, 1.0, 7.0, 8.0]))

    assert mode(moved).tolist() == [2.0, 1.0, 7.0, 8.0]


def test_a_collapsed_belief_is_kept_and_a_wider_one_is_not() -> None:
    narrow, wide = Gaussian(np.ones(2), 1e-9), Gaussian(np.ones(2), 1.1)

    assert sound(START, START, narrow) is narrow
    assert sound(START, START, wide) is START


def test_nothing_is_contested_where_all_points_are_one() -> None:
    class Same(Blown):
        def propose(self, count: int) -> Points:
            return np.zeros((1, 2))

    search = Keeping(Same(), 0)
    search.ask(1)

    assert len(contested(search, START, 12)) == 0


def test_a_merged_mean_out_of_bounds_is_not_kept() -> None:
    watch = Watch()

    assert not watch.accepts(START, Gaussian(np.full(2, 1e31), 1.0))
    assert watch.ended == DIVERGED


def test_an_owner_whose_steps_ran_away_ends_local_searches_before_a_merge() -> None:
    def refuses(state: State, reports: Sequence[Report]) -> State:
        raise AssertionError("merged")

    driver = LocalSearches(refuses, Schedule(candidates=4, block=8), {"a": 9})
    far = {"mean": np.full(2, 1e39), "sigma": np.array(1.0)}
    report = Report("a", 0, "", far, frozenset(), 1.0, 8, 0, 0, 0)

    after = driver.absorb(State(0, START), [report])

    assert after.distribution is START
    assert driver.ended == DIVERGED
    assert driver.propose(after, ["a"]) is None
