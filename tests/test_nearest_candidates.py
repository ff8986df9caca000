"""Points that mean candidates: what travels, what is counted, and how the list is refreshed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog, TableEngine

from fedbbpt.aggregators.mean import Mean
from fedbbpt.data import Task
from fedbbpt.growing_bank import Growth
from fedbbpt.library import load
from fedbbpt.messages import Assignment, Propose, Report, Score, State
from fedbbpt.nearest_candidates import STILL, NearestCandidates, Refreshing, plan_nearest
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.cma import CMA
from fedbbpt.optimizers.gaussian_process import GaussianProcess
from fedbbpt.optimizers.nes import NES
from fedbbpt.proposers.edits import Edits
from fedbbpt.schedule import Schedule
from fedbbpt.server import SearchOutcome, Server
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.growth import version_of
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.start import Start
from fedbbpt.text_features import text_features
from fedbbpt.work.propose import ServerProposer

SIZES = {"a": 24, "b": 16}
TASK = Task("t", "mood", ("bad", "good"))
START = Start("Read the text slowly, then say in one word how it is.", "{input}")
BANK = Instructions(TASK, START, load("classification"), 12)
SPACE = Embedding(BANK, text_features, dimensions=3)
NESTED = Schedule(rounds=12, requests=2000, candidates=8, block=8)
FRESH = replace(NESTED, nested=False)
GROWTH = Growth(SPACE, Edits(), most=20)
CLOSED = Refreshing(SPACE)
GROWING = Refreshing(SPACE, GROWTH, every=2, parents=2, children=3)
SEARCHES: dict[str, Optimizer] = {
    "nes": NES(population=8),
    "improvement": GaussianProcess(first=6, each=3),
    "slope": GaussianProcess(first=6, each=3, way="slope"),
}


@dataclass
class Versioned(TableEngine):
    """Owners that also tell the version of the bank, and keep their assignments."""

    given: list[Assignment] = field(default_factory=list)

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        self.given.append(next(iter(assignments.values())))
        version = version_of(self.given[-1].texts)
        return [replace(report, version=version) for report in await super().gather(assignments)]


def driver(
    optimizer: Optimizer, schedule: Schedule = NESTED, around: Refreshing = CLOSED
) -> NearestCandidates:
    return NearestCandidates(optimizer, Mean(), schedule, around, SIZES, np.random.default_rng(4))


async def searched(
    running: NearestCandidates, log: MemoryLog, schedule: Schedule = NESTED
) -> tuple[SearchOutcome, Versioned]:
    engine = Versioned(SIZES)
    writer = ServerProposer(Edits(), SPACE, None)
    server = Server(engine, log, FINGERPRINT, 1, proposer=writer)
    return await server.search("search", running, schedule, SPACE.initial()), engine


@pytest.mark.parametrize("schedule", [NESTED, FRESH], ids=["nested", "fresh"])
@pytest.mark.parametrize("name", sorted(SEARCHES))
async def test_what_travels_are_places_each_once_and_the_count_is_exact(
    name: str, schedule: Schedule
) -> None:
    outcome, engine = await searched(driver(SEARCHES[name], schedule), MemoryLog(), schedule)

    places = {tuple(SPACE.point(number)) for number in range(len(SPACE.texts))}
    for assignment in engine.given:
        assert isinstance(assignment.work, Score)
        sent = [tuple(point) for point in assignment.work.points]
        assert set(sent) <= places
        assert len(set(sent)) == len(sent)
    assert outcome.requests == len(engine.asked) <= schedule.requests


@pytest.mark.parametrize("name", sorted(SEARCHES))
async def test_replayed_rounds_give_the_same_bank_and_ask_nobody(name: str) -> None:
    log = MemoryLog()
    first, _ = await searched(driver(SEARCHES[name], around=GROWING), log)

    again, engine = await searched(driver(SEARCHES[name], around=GROWING), log)

    assert again.state.texts == first.state.texts
    assert len(first.state.texts) >= 3
    assert again.rounds == first.rounds
    assert engine.given == []


async def test_owners_are_told_all_texts_and_only_places_of_the_bank_so_far() -> None:
    outcome, engine = await searched(driver(SEARCHES["improvement"], around=GROWING), MemoryLog())

    assert len({len(assignment.texts) for assignment in engine.given}) > 1
    for assignment in engine.given:
        grown = SPACE.grown(assignment.texts)
        assert isinstance(assignment.work, Score)
        for point in assignment.work.points:
            assert np.array_equal(grown.point(grown.number(point)), point)
    assert outcome.state.texts == engine.given[-1].texts


async def test_new_texts_are_asked_about() -> None:
    running = driver(SEARCHES["improvement"], around=GROWING)

    await searched(running, MemoryLog())

    assert any(one.number >= len(SPACE.texts) for one in running.scored)


def test_the_parents_are_the_scored_candidates_nearest_to_the_mean() -> None:
    running, state = driver(SEARCHES["nes"], around=GROWING), State(0, SPACE.initial())
    for _ in range(2):
        state = advanced(running, state)

    proposal = running.propose(state, tuple(SIZES))

    assert proposal is not None
    assert isinstance(proposal.work, Propose)
    mean = state.distribution.mean  # type: ignore[union-attr]
    known = {one.number: SPACE.point(one.number) for one in running.scored}
    nearest = sorted(known, key=lambda n: float(np.square(known[n] - mean).sum()))[:2]
    assert {SPACE.number(point) for point in proposal.work.points} == set(nearest)
    assert list(proposal.work.scores) == sorted(proposal.work.scores, reverse=True)
    assert proposal.work.count == 3


def advanced(running: NearestCandidates, state: State) -> State:
    proposal = running.propose(state, tuple(SIZES))
    assert proposal is not None
    return running.absorb(state, GROWTH.made_up(proposal, state.round, tuple(SIZES)))


async def test_a_search_on_one_block_ends_when_nothing_new_is_meant() -> None:
    endless = replace(NESTED, rounds=500, requests=10**6)

    outcome, _ = await searched(driver(SEARCHES["nes"], endless), MemoryLog(), endless)

    assert "asked already" in outcome.ended
    assert STILL <= len(outcome.rounds) < 500


async def test_a_budget_is_never_passed_and_texts_leave_room_to_be_scored() -> None:
    small = replace(NESTED, requests=130)
    running = driver(SEARCHES["improvement"], small, GROWING)

    outcome, _ = await searched(running, MemoryLog(), small)

    assert outcome.requests <= 130
    assert outcome.state.texts == ()


async def test_a_plan_bounds_every_search() -> None:
    for around in (CLOSED, GROWING):
        plan = plan_nearest(FRESH, around, len(SIZES))
        outcome, _ = await searched(driver(SEARCHES["nes"], FRESH, around), MemoryLog(), FRESH)

        assert outcome.requests <= plan.requests
        assert len(outcome.rounds) <= plan.rounds


async def test_what_is_found_is_a_candidate() -> None:
    running = driver(SEARCHES["improvement"])

    await searched(running, MemoryLog())

    assert running.found.tolist() in [SPACE.point(one.number).tolist() for one in running.scored]


def test_absorbing_before_anything_was_proposed_is_refused() -> None:
    with pytest.raises(ValueError, match="absorb before propose"):
        driver(CMA(population=4)).absorb(State(0, SPACE.initial()), [])


@pytest.mark.parametrize("field", ["every", "parents", "children"])
def test_a_refreshing_that_cannot_be_meant_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: 0 is too few"):
        replace(CLOSED, **{field: 0})  # type: ignore[arg-type]
