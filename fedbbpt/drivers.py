"""What the server asks in a round and makes of the reports: one driver a kind of work."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from fedbbpt.aggregators import Aggregator
from fedbbpt.distributions import Categorical, Distribution, Floats, Points
from fedbbpt.messages import Block, Report, Score, Search, State, Work
from fedbbpt.optimizers import Optimizer, VectorSearch
from fedbbpt.randomness import rng
from fedbbpt.schedule import Coverage, Schedule

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
    merged losses for the whole run.
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
        self._coverage = Coverage(sizes)
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
        return own or FINISHED

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next candidates on the next block."""
        points: Points = self._search.ask(self._schedule.candidates)
        if not len(points):
            return None
        self._first = self._first or len(points)
        block = self._schedule.block_of(state.round, len(points), self._first)
        self._work, self._clients = Score(points, block), tuple(clients)
        return Proposal(self._work, self._coverage.cost(points, block, clients))

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the losses and tell them to the search.

        Raises:
            ValueError: nothing was proposed.
        """
        if self._work is None:
            raise ValueError("absorb before propose")
        merged = self._aggregator(state, reports)
        losses: Floats = merged.memory["losses"]
        self._search.tell(self._work.points, losses)
        self._coverage.add(self._work.points, self._work.block, self._clients)
        return State(merged.round, self._search.distribution, merged.memory)


class LocalSearches:
    """Search work: every owner searches on its own data; the server merges distributions."""

    def __init__(self, aggregator: Aggregator, schedule: Schedule) -> None:
        self._aggregator = aggregator
        self._schedule = schedule
        self._requests = 0

    @property
    def requests(self) -> int:
        """Requests that owners reported so far."""
        return self._requests

    @property
    def ended(self) -> str:
        """Local searches end with their rounds, never by themselves."""
        return FINISHED

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return one local stretch on the next block."""
        plan = self._schedule
        # Every local stretch takes fresh examples, whatever the schedule says of nested blocks.
        block = Block(state.round * plan.block * plan.generations, plan.block)
        work = Search(plan.candidates, plan.generations, block)
        return Proposal(work, plan.candidates * plan.generations * plan.block * len(clients))

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the owners' distributions."""
        self._requests += sum(report.asked for report in reports)
        return self._aggregator(state, reports)


class Plan(NamedTuple):
    """What a search would do, worked out before anything is sent."""

    rounds: int
    requests: int


def plan_common(
    optimizer: Optimizer,
    schedule: Schedule,
    start: Distribution,
    sizes: Mapping[str, int],
    seed: int,
) -> Plan:
    """Play a score-work search on made-up losses, and return its rounds and requests."""
    search = optimizer.start(start, rng(seed, "plan"))
    coverage = Coverage(sizes)
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


def check_merge(aggregator: Aggregator, work: str, start: Distribution) -> None:
    """Merge one made-up report, to learn before anything is sent whether that can be done.

    Args:
        aggregator: what will merge the reports.
        work: ``"score"`` or ``"local"``, as ``[search] work``.
        start: the distribution that the search begins at.

    Raises:
        ValueError: the aggregator does not merge what owners report after such work.
    """
    statistics: dict[str, Floats] = {"loss_sum": np.ones(1)}
    if work == "local":
        slots = start.logits if isinstance(start, Categorical) else ()
        statistics = {f"logits_{i}": slot for i, slot in enumerate(slots)}
        statistics |= {f"counts_{i}": np.ones(slot.size) for i, slot in enumerate(slots)}
    report = Report("anyone", 0, "", statistics, frozenset(), 1.0, 0, 0, 0, 0)
    merged = aggregator(State(0, start), [report])
    if work == "score" and "losses" not in merged.memory:
        raise ValueError("memory.losses: absent after the merge")
