"""The loop: assignments out, reports in, one pure merge, the next round."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from fedbbpt.distributions import Categorical, Distribution
from fedbbpt.drivers import FINISHED, Driver
from fedbbpt.errors import QuorumError, StorageError
from fedbbpt.messages import Assignment, Evaluate, Propose, Report, Score, State, Work
from fedbbpt.round_scores import Measured, OwnerRound, owner_rounds, round_score
from fedbbpt.schedule import Schedule
from fedbbpt.spaces.growth import covering, version_of
from fedbbpt.work.acceptance import check_gaps, check_reports
from fedbbpt.work.guarding import guarded, refusals
from fedbbpt.work.propose import PROPOSER

Joined = Callable[[Sequence[str]], Awaitable[None]]
"""Awaited with all texts that joined a bank, before any point is decoded among them."""


class Engine(Protocol):
    """Carries assignments to owners and brings their reports."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Training examples of each owner, by name."""
        ...

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        """Return the reports that arrived, in the order of the owners' names."""
        ...


class Participant(Protocol):
    """Does one round's work in the server's own process."""

    async def work(self, assignment: Assignment) -> Report:
        """Return the report on an assignment."""
        ...


class RoundLog(Protocol):
    """Remembers the reports of every round, so that a resumed run replays them."""

    def recorded(self, stage: str, round: int) -> tuple[Report, ...] | None:
        """Return the reports of a finished round, or None."""
        ...

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        """Keep the reports of a round, durably, before they are used."""
        ...


class RoundSummary(NamedTuple):
    """One search round for people.

    Losses are calibrated cross-entropies in nats, means over the round's training items;
    ``asked`` counts the round's items, ``requests`` the distinct ones of the search so far;
    ``distribution`` holds the probabilities of every slot's choices after the round; ``score`` and
    ``owners`` are the best candidate's calibrated scores, over all owners and at each. A round that
    proposed asked no item: ``written`` counts requests for texts, ``proposed`` the texts that
    joined the bank, ``dropped`` those that could not: of these, leak guards kept ``refused`` at
    their owners, by rule, of ``guarded`` that wanted to leave.
    """

    round: int
    clients: tuple[str, ...]
    candidates: int
    block: int
    asked: int
    requests: int
    best_loss: float
    mean_loss: float
    missing: int
    unreadable: int
    client_losses: tuple[tuple[str, float], ...]
    distribution: tuple[tuple[float, ...], ...]
    score: Measured | None = None
    owners: tuple[OwnerRound, ...] = ()
    written: int = 0
    proposed: int = 0
    dropped: int = 0
    guarded: int = 0
    refused: tuple[tuple[str, int], ...] = ()


class SearchOutcome(NamedTuple):
    """Where a search ended, and why."""

    state: State
    rounds: tuple[RoundSummary, ...]
    requests: int
    ended: str


@dataclass(frozen=True, slots=True)
class Server:
    """Runs rounds.

    Attributes:
        engine: how owners are reached.
        log: what is remembered of each round.
        fingerprint: identity of space, task and scoring.
        seed: the run's seed.
        quorum: owners that must give a usable report.
        progress: told the stage and the summary after every search round.
        proposer: does propose work in the place of the owners; None where they do it.
        joined: told the texts of the bank at a search's start and whenever some join, so that what
            they need can be asked for; None where they need nothing.
    """

    engine: Engine
    log: RoundLog
    fingerprint: str
    seed: int
    quorum: int = 1
    progress: Callable[[str, RoundSummary], None] | None = None
    proposer: Participant | None = None
    joined: Joined | None = None

    async def round(
        self, stage: str, state: State, work: Work, clients: Sequence[str]
    ) -> list[Report]:
        """Return the usable reports of one round, replayed if it is already recorded.

        Raises:
            QuorumError: too few usable reports, or an evaluation with too many gaps; nothing is
                recorded, so a resume asks again.
            MessageError: a report does not answer what was asked; nothing is recorded.
            OutageError: an endpoint gives no answers just now; nothing is recorded.
        """
        version = version_of(state.texts)
        recorded = self.log.recorded(stage, state.round)
        if recorded is not None:
            _check_version(stage, recorded, version)
            return list(recorded)
        fingerprint = covering(self.fingerprint, version)
        assignment = Assignment(
            state.round, work, state.distribution, fingerprint, self.seed, state.texts
        )
        reports = await self._gather(assignment, clients)
        check_reports(reports, assignment, clients)
        usable = [report for report in reports if report.weight > 0]
        needed = min(self.quorum, len(clients))
        if len(usable) < needed:
            raise QuorumError(
                f"{stage}, round {state.round}: {len(usable)} of {len(clients)} clients gave a "
                f"usable report and the quorum is {needed}; nothing was decided. "
                "Check the endpoints and resume"
            )
        if isinstance(work, Evaluate):
            check_gaps(stage, usable)
        self.log.record(stage, state.round, usable)
        return usable

    async def _gather(self, assignment: Assignment, clients: Sequence[str]) -> list[Report]:
        if isinstance(assignment.work, Propose) and self.proposer is not None:
            return [await self.proposer.work(assignment)]
        return await self.engine.gather(dict.fromkeys(sorted(clients), assignment))

    async def search(
        self, stage: str, driver: Driver, schedule: Schedule, start: Distribution
    ) -> SearchOutcome:
        """Run rounds until the search ends, for its own reason or as a limit is spent."""
        state, ended = State(0, start), "rounds spent"
        summaries: list[RoundSummary] = []
        await self._tell(state.texts)
        while state.round < schedule.rounds:
            clients = schedule.participants(tuple(self.engine.sizes), state.round, self.seed)
            proposal = driver.propose(state, clients)
            if proposal is None or driver.requests + proposal.requests > schedule.requests:
                ended = FINISHED if proposal is None else "requests spent"
                break
            if isinstance(proposal.work, Propose) and self.proposer is not None:
                clients = (PROPOSER,)
            reports = await self.round(stage, state, proposal.work, clients)
            before, state = len(state.texts), driver.absorb(state, reports)
            if len(state.texts) > before:
                await self._tell(state.texts)
            summary = _summary(state, proposal.work, reports, driver.requests)
            if isinstance(proposal.work, Propose):
                summary = _proposing(summary, reports, len(state.texts) - before)
            summaries.append(summary)
            if self.progress is not None:
                self.progress(stage, summary)
        own = ended if driver.ended == FINISHED else driver.ended
        return SearchOutcome(state, tuple(summaries), driver.requests, own)

    async def _tell(self, texts: Sequence[str]) -> None:
        if self.joined is not None:
            await self.joined(texts)


def _proposing(summary: RoundSummary, reports: Sequence[Report], proposed: int) -> RoundSummary:
    """Return the summary of a round that proposed: what it asked were no items of any owner."""
    came = sum(len(report.proposals) for report in reports)
    dropped = sum(float(report.statistics["dropped"].sum()) for report in reports)
    refused = refusals(reports)
    return summary._replace(
        asked=0,
        missing=0,
        unreadable=0,
        owners=(),
        written=summary.asked,
        proposed=proposed,
        dropped=round(dropped) + came - proposed + sum(refused.values()),
        guarded=guarded(reports),
        refused=tuple(sorted(refused.items())),
    )


def _check_version(stage: str, reports: Sequence[Report], version: str) -> None:
    for report in reports:
        if report.version != version:
            raise StorageError(
                f"rounds.log: {stage}, round {report.round} is of another version of the bank; "
                "choose another run directory"
            )


def _summary(state: State, work: Work, reports: Sequence[Report], requests: int) -> RoundSummary:
    table: tuple[tuple[float, ...], ...] = ()
    if isinstance(state.distribution, Categorical):
        table = tuple(tuple(map(float, slot)) for slot in state.distribution.probabilities)
    losses = state.memory.get("losses", np.zeros(0))
    best = int(np.argmin(losses)) if losses.size else 0
    scored = isinstance(work, Score)
    return RoundSummary(
        round=state.round - 1,
        clients=tuple(report.client for report in reports),
        candidates=len(work.points) if isinstance(work, Score) else 0,
        block=work.block.size if isinstance(work, Score) else 0,
        asked=sum(report.asked for report in reports),
        requests=requests,
        best_loss=float(losses[best]) if losses.size else 0.0,
        mean_loss=float(losses.mean()) if losses.size else 0.0,
        missing=sum(report.missing for report in reports),
        unreadable=sum(report.unreadable for report in reports),
        client_losses=tuple(
            (report.client, float(report.statistics["loss_sum"][best] / report.weight))
            for report in reports
            if scored
        ),
        distribution=table,
        score=round_score(reports, best),
        owners=owner_rounds(reports, best),
    )
