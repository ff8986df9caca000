"""Why a search ended reaches the people who read the report."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.distributions import Gaussian
from fedbbpt.drivers import CommonCandidates
from fedbbpt.messages import Report, Score, State
from fedbbpt.optimizers.nes import NES
from fedbbpt.runs.phrases import early, ending
from fedbbpt.schedule import Schedule

PLAN = Schedule(candidates=16, nested=False)


def merged(state: State, reports: Sequence[Report]) -> State:
    return State(state.round + 1, state.distribution, {"losses": reports[0].statistics["loss_sum"]})


def test_a_search_that_blew_up_says_so() -> None:
    start = Gaussian(np.zeros(2), 1.0)
    driver = CommonCandidates(
        NES(population=16), merged, PLAN, start, {"a": 9}, np.random.default_rng(1)
    )
    state = State(0, start)

    while proposal := driver.propose(state, ["a"]):
        assert isinstance(proposal.work, Score)
        losses = {"loss_sum": proposal.work.points[:, 0]}
        reports = [Report("a", state.round, "", losses, frozenset(), 1.0, 16, 0, 0, 0)]
        state = driver.absorb(state, reports)

    assert ending(driver.ended).startswith("It ended early: the spread blew up")


def test_other_endings_are_said_as_before() -> None:
    assert ending("finished") == "It ended by itself."
    assert ending("requests spent") == "It ended when its requests were spent."
    assert not early("finished")
    assert not early("rounds spent")
    assert early("it blew up")
