"""Rounds that propose and rounds that score, and a bank that replays to the same bits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog, TableEngine

from fedbbpt.aggregators.mean import Mean
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical, mode
from fedbbpt.errors import MessageError, QuorumError, StorageError
from fedbbpt.growing_bank import GrowingCandidates, Growth, plan_growing
from fedbbpt.messages import Assignment, Propose, Report, Score, State
from fedbbpt.optimizers.evolution import Evolution
from fedbbpt.optimizers.growing import GrowingSearch
from fedbbpt.proposers.edits import Edits
from fedbbpt.schedule import Schedule
from fedbbpt.server import SearchOutcome, Server
from fedbbpt.spaces.growth import REASONS, GrowingSpace, covering, version_of
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.start import Start
from fedbbpt.work.propose import PROPOSER, ServerProposer

SIZES = {"a": 24, "b": 16}
TASK = Task("t", "mood", ("bad", "good"))
START = "Read the text slowly, then say whether it is bad or good, in one word."
SPACE: GrowingSpace = Instructions(TASK, Start(START, "{input}"))
PLAN = Evolution(population=4, children=3, generations=2, parents=2, finalists=2)
SCHEDULE = Schedule(rounds=20, requests=2000, candidates=16, block=8)


def driver(
    schedule: Schedule = SCHEDULE,
    *,
    space: GrowingSpace = SPACE,
    at: str = "server",
    plan: Evolution = PLAN,
    most: int = 100,
) -> GrowingCandidates:
    search = plan.start(space.initial(), np.random.default_rng(3))
    assert isinstance(search, GrowingSearch)
    growth = Growth(space, Edits(at=at), most=most)
    return GrowingCandidates(search, Mean(), schedule, growth, SIZES)


@dataclass
class Writing:
    """The server's proposer, which keeps the assignments it was given."""

    inner: ServerProposer = field(default_factory=lambda: ServerProposer(Edits(), SPACE, None))
    given: list[Assignment] = field(default_factory=list)

    async def work(self, assignment: Assignment) -> Report:
        self.given.append(assignment)
        return await self.inner.work(assignment)


@dataclass
class Versioned(TableEngine):
    """Owners that also tell the version of the bank, and keep their assignments."""

    given: list[Assignment] = field(default_factory=list)

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        self.given.append(next(iter(assignments.values())))
        reports = await super().gather(assignments)
        version = version_of(self.given[-1].texts)
        return [_with_version(report, version) for report in reports]


def _with_version(report: Report, version: str, texts: Sequence[str] = ()) -> Report:
    return Report(
        report.client,
        report.round,
        report.fingerprint,
        report.statistics,
        report.additive,
        report.weight,
        report.asked,
        report.missing,
        report.unreadable,
        report.calls,
        tuple(texts),
        version,
    )


async def searched(
    log: MemoryLog, engine: Versioned | None = None, schedule: Schedule = SCHEDULE
) -> SearchOutcome:
    server = Server(engine or Versioned(SIZES), log, FINGERPRINT, 1, proposer=Writing())
    return await server.search("search", driver(schedule), schedule, SPACE.initial())


async def test_texts_are_numbered_and_every_owner_is_told_all_of_them() -> None:
    engine = Versioned(SIZES)

    outcome = await searched(MemoryLog(), engine)

    texts = outcome.state.texts
    assert 4 <= len(texts) <= 6
    told = [assignment.texts for assignment in engine.given]
    assert told[0] == ()
    assert all(texts[: len(one)] == one for one in told)
    assert told[-1] == texts
    for assignment in engine.given:
        expected = covering(FINGERPRINT, version_of(assignment.texts))
        assert assignment.fingerprint == expected
        assert isinstance(assignment.work, Score)
        assert assignment.work.points.max() < 1 + len(assignment.texts)


async def test_the_summary_of_a_round_says_what_joined() -> None:
    outcome = await searched(MemoryLog())

    proposing = [s for s in outcome.rounds if s.clients == (PROPOSER,)]
    assert sum(summary.proposed for summary in proposing) == len(outcome.state.texts)
    assert all((s.asked, s.candidates, s.owners) == (0, 0, ()) for s in proposing)
    assert len(outcome.rounds[-1].distribution[0]) == 1 + len(outcome.state.texts)


async def test_replayed_rounds_give_the_same_bank_and_ask_nobody() -> None:
    log, engine = MemoryLog(), Versioned(SIZES)
    first = await searched(log)

    again = await searched(log, engine)

    assert again.state.texts == first.state.texts
    assert mode(again.state.distribution)[0] == mode(first.state.distribution)[0]
    assert again.rounds == first.rounds
    assert engine.given == []


async def test_a_log_of_another_bank_is_refused() -> None:
    log = MemoryLog()
    await searched(log)
    late = max(round for _, round in log.kept)
    reports = log.kept["search", late]
    log.kept["search", late] = tuple(_with_version(report, "other") for report in reports)

    with pytest.raises(StorageError, match="another version of the bank"):
        await searched(log)


async def test_a_budget_keeps_enough_for_scoring_children_and_the_last_race() -> None:
    small = Schedule(rounds=20, requests=60, candidates=16, block=8)

    outcome = await searched(MemoryLog(), schedule=small)

    assert outcome.requests <= 60
    assert outcome.ended == "finished"
    assert outcome.state.texts == ()


def test_a_plan_bounds_what_is_asked() -> None:
    plan = plan_growing(driver(), SCHEDULE, tuple(SIZES), 1)

    # one start, twice three children, two finalists on blocks of 24 instead of 8; b has only 16
    assert plan.requests == (1 + 3 + 3) * 8 * 2 + 2 * ((24 - 8) + (16 - 8))
    assert plan.rounds == 6


def test_a_bank_that_is_full_grows_no_more() -> None:
    plan = plan_growing(driver(most=4), SCHEDULE, tuple(SIZES), 1)

    assert plan.requests == (1 + 3 + 1) * 8 * 2 + 2 * (16 - 8) * 2


def test_owners_take_turns_when_not_all_of_their_texts_have_room() -> None:
    planned = driver(at="owner", most=3)
    proposal = planned.propose(_state(), ("a", "b"))
    assert proposal is not None
    state = planned.absorb(_state(), planned.made_up(proposal, _state(), ("a", "b")))
    proposal = planned.propose(state, ("a", "b"))
    assert proposal is not None
    assert isinstance(proposal.work, Propose)
    reports = [_proposing("b", "B one", "B two"), _proposing("a", "A one", "A two")]

    grown = planned.absorb(state, reports)

    assert proposal.work.count == 2
    assert grown.texts == ("A one", "B one", "A two")
    assert planned.dropped == {"too many": 1}


async def test_an_outage_of_the_writer_pauses_the_run() -> None:
    @dataclass
    class Out:
        async def work(self, assignment: Assignment) -> Report:
            report = _proposing(PROPOSER, asked=3, missing=3, weight=0.0)
            return _with_version(report, version_of(assignment.texts))

    log = MemoryLog()
    server = Server(Versioned(SIZES), log, FINGERPRINT, 1, proposer=Out())

    with pytest.raises((QuorumError, MessageError)):
        await server.search("search", driver(), SCHEDULE, SPACE.initial())

    assert list(log.kept) == [("search", 0)]


def _state() -> State:
    return State(0, Categorical((np.zeros(1),)))


def _proposing(
    name: str, *texts: str, asked: int = 0, missing: int = 0, weight: float = 1.0
) -> Report:
    dropped = {"dropped": np.zeros(len(REASONS))}
    return Report(
        name, 1, FINGERPRINT, dropped, frozenset(), weight, asked, missing, 0, 0, tuple(texts)
    )
