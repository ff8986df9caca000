"""What the server asks in a round and makes of the reports: one driver a kind of work."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from fedbbpt.aggregators import Aggregator, Personalising, ReadsScalars
from fedbbpt.aggregators.weighting import by_training_size
from fedbbpt.distributions import Distribution, Floats, Points, mode, width
from fedbbpt.messages import Block, Report, Score, Search, State, Work
from fedbbpt.optimizers import Optimizer, ScalarSearch, VectorSearch
from fedbbpt.randomness import rng
from fedbbpt.schedule import Coverage, Schedule
from fedbbpt.work.search import example_statistics
from fedbbpt.work.settling import DIVERGED, centred, contested, deployed, sound, strays
from fedbbpt.work.watch import Watch

FINISHED = "finished"


class Proposal(NamedTuple):
    """The next round's work and the most new requests that it can ask."""

    work: Work
    requests: int


class Driver(Protocol):
    """Decides the rounds of one search; replaying the same reports rebuilds it."""

    @property
    def requests(self) -> int:
        """Distinct requests asked so far."""
        ...

    @property
    def ended(self) -> str:
        """Why nothing more is proposed: ``"finished"``, or a reason that people should read."""
        ...

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next round's work, or None when the search is finished."""
        ...

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state after the reports on the last proposal."""
        ...


class CommonCandidates:
    """Score work: every owner scores the same candidates; ONE search lives on the server.

    A search that is reborn every round never adapts its steps, so this one is told every round's
    merged losses for the whole run. Where it ends for a reason of its own, one last round settles
    what is deployed: see ``work.settling``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        aggregator: Aggregator,
        schedule: Schedule,
        start: Distribution,
        sizes: Mapping[str, int],
        rng: np.random.Generator,
    ) -> None:
        self._aggregator = aggregator
        self._schedule = schedule
        self._search = optimizer.start(start, rng)
        self._start = start
        self._diverged = self._settled = False
        self._sizes = dict(sizes)
        self._coverage = Coverage(sizes, schedule.per_item)
        self._first = 0
        self._work: Score | None = None
        self._clients: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """Distinct requests asked so far."""
        return self._coverage.requests

    @property
    def ended(self) -> str:
        """The search's own reason where it has one."""
        own = self._search.ended if isinstance(self._search, VectorSearch) else ""
        return DIVERGED if self._diverged else own or FINISHED

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next candidates on the next block; at an early end those of the last one."""
        if self._settled:
            return None
        points: Points = self._candidates(state)
        if not len(points):
            return None
        self._first = self._first or len(points)
        block = self._schedule.block_of(state.round, len(points), self._first)
        self._work, self._clients = Score(points, block), tuple(clients)
        return Proposal(self._work, self._coverage.cost(points, block, clients))

    def _candidates(self, state: State) -> Points:
        if not self._diverged:
            points = self._search.ask(self._schedule.candidates)
            self._diverged = strays(points)
            if len(points) and not self._diverged:
                return points
        self._settled = self.ended != FINISHED
        nothing: Points = np.empty((0, width(self._start)))
        if not self._settled:
            return nothing
        return contested(self._search, state.distribution, self._schedule.candidates)

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the losses and tell them to the search, or settle by them what is deployed.

        Raises:
            ValueError: nothing was proposed.
        """
        if self._work is None:
            raise ValueError("absorb before propose")
        merged = self._aggregator(state, reports)
        losses: Floats = merged.memory["losses"]
        self._coverage.add(self._work.points, self._work.block, self._clients)
        if self._settled:
            winner = self._work.points[int(np.argmin(losses))]
            return replace(merged, distribution=centred(state.distribution, winner))
        self._search.tell(self._work.points, losses)
        if isinstance(self._aggregator, Personalising):
            return self._aggregator.learned(merged, self._work, reports, self._sizes)
        scalars = self._search.scalars if isinstance(self._search, ScalarSearch) else {}
        memory = {**merged.memory, **scalars}
        believed = deployed(self._search)
        self._diverged = strays(mode(believed))
        if self.ended != FINISHED:
            believed = sound(self._start, state.distribution, believed)
        return replace(merged, distribution=believed, memory=memory)


class LocalSearches:
    """Search work: every owner searches on its own data; the server merges distributions.

    Rules that weigh by size weigh by ``sizes``, training examples by owner.
    """

    def __init__(
        self, aggregator: Aggregator, schedule: Schedule, sizes: Mapping[str, int]
    ) -> None:
        self._aggregator = aggregator
        self._schedule = schedule
        self._sizes = dict(sizes)
        self._requests = 0
        self._watch = Watch()

    @property
    def requests(self) -> int:
        """Requests of the items that owners reported so far."""
        return self._requests

    @property
    def ended(self) -> str:
        """Why the merged distribution stopped meaning anything, where it did."""
        return self._watch.ended or FINISHED

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return one local stretch on the next block."""
        if self._watch.ended:
            return None
        plan = self._schedule
        # Every local stretch takes fresh examples, whatever the schedule says of nested blocks.
        block = Block(state.round * plan.block * plan.generations, plan.block)
        scalars = isinstance(self._aggregator, ReadsScalars)
        work = Search(plan.candidates, plan.generations, block, plan.compare, scalars)
        return Proposal(work, plan.local_items * len(clients))

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the owners' distributions."""
        asked = sum(report.asked for report in reports)
        self._requests += asked * self._schedule.per_item
        if not self._watch.may_merge(reports):
            return replace(state, round=state.round + 1)
        merged = self._aggregator(state, by_training_size(reports, self._sizes))
        if not self._watch.accepts(state.distribution, merged.distribution):
            return replace(state, round=merged.round)
        return merged


class Plan(NamedTuple):
    """What a search would do, worked out before anything is sent.

    Of the requests, ``written`` ask for new instructions.
    """

    rounds: int
    requests: int
    written: int = 0


def plan_common(
    optimizer: Optimizer,
    schedule: Schedule,
    start: Distribution,
    sizes: Mapping[str, int],
    seed: int,
) -> Plan:
    """Play a score-work search on made-up losses, and return its rounds and requests."""
    search = optimizer.start(start, rng(seed, "plan"))
    coverage = Coverage(sizes, schedule.per_item)
    first = 0
    for round in range(schedule.rounds):
        points = search.ask(schedule.candidates)
        if not len(points):
            return Plan(round, coverage.requests)
        first = first or len(points)
        block = schedule.block_of(round, len(points), first)
        clients = schedule.participants(tuple(sizes), round, seed)
        if coverage.requests + coverage.cost(points, block, clients) > schedule.requests:
            return Plan(round, coverage.requests)
        coverage.add(points, block, clients)
        search.tell(points, np.arange(len(points), dtype=np.float64))
    return Plan(schedule.rounds, coverage.requests)


def check_merge(
    aggregator: Aggregator, work: str, start: Distribution, *, compare: bool = False
) -> None:
    """Merge one made-up report, to learn before anything is sent whether that can be done.

    Args:
        aggregator: what will merge the reports.
        work: ``"score"`` or ``"local"``, as ``[search] work``.
        start: the distribution that the search begins at.
        compare: whether local searches end with a comparison.

    Raises:
        ValueError: the aggregator does not merge what owners report after such work.
    """
    statistics: dict[str, Floats] = {"loss_sum": np.ones(1), "score_sum": np.ones(1)}
    if work == "local":
        scalars = isinstance(aggregator, ReadsScalars)
        statistics = example_statistics(start, compare=compare, scalars=scalars)
    report = Report("anyone", 0, "", statistics, frozenset(), 1.0, 0, 0, 0, 0)
    merged = aggregator(State(0, start), [report])
    if work == "score" and "losses" not in merged.memory:
        raise ValueError("memory.losses: absent after the merge")
    if isinstance(aggregator, Personalising):
        made_up = Score(np.zeros((1, width(start))), Block(0, 1))
        aggregator.learned(merged, made_up, [report], {"anyone": 1})
