"""Score work on a space whose points mean the nearest candidates of a bank, which may grow.

What travels are the places of candidates, not the points that the search asked: so that a prompt
is asked and counted once however many points mean it, and rounding at an owner changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.aggregators import Aggregator
from fedbbpt.distributions import Distribution, Floats, Points, mode
from fedbbpt.drivers import FINISHED, Plan, Proposal
from fedbbpt.growing_bank import Growth, Scored
from fedbbpt.messages import Block, Propose, Report, Score, State
from fedbbpt.optimizers import AsksNearby, Optimizer, VectorSearch
from fedbbpt.optimizers import Search as RunningSearch
from fedbbpt.schedule import Coverage, Schedule
from fedbbpt.spaces.growth import GrowingSpace

STILL = 12
"""Rounds in a row without a new request, after which a search on one block has said its all."""


@dataclass(frozen=True, slots=True)
class Refreshing:
    """A bank, and how often new texts join it.

    Attributes:
        space: the bank before it grew.
        growth: who writes; None where nobody does.
        every: scored rounds between two times that texts are written, >= 1.
        parents: candidates nearest to the search's mean that are rewritten, >= 1.
        children: texts wanted each time, >= 1.

    Raises:
        ValueError: a number below 1.
    """

    space: GrowingSpace
    growth: Growth | None = None
    every: int = 2
    parents: int = 3
    children: int = 4

    def __post_init__(self) -> None:
        counts = {"every": self.every, "parents": self.parents, "children": self.children}
        for name, count in counts.items():
            if count < 1:
                raise ValueError(f"{name}: {count} is too few; give at least 1")

    def times(self, rounds: int) -> int:
        """Return how often texts are written at most in so many rounds."""
        if self.growth is None:
            return 0
        return min((rounds - 1) // (self.every + 1), self.growth.most // self.children + 1)


class _Seen(NamedTuple):
    """What is known of one candidate: its losses told, and the last block that it was asked on."""

    total: float
    times: int
    last: float
    block: Block

    @property
    def mean(self) -> float:
        return self.total / self.times


class NearestCandidates:
    """Every owner scores the candidates that the points of one search mean.

    Where a bank grows, the scored candidates nearest to the search's mean are rewritten every few
    rounds. Requests for texts count against the same budget as all others.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        aggregator: Aggregator,
        schedule: Schedule,
        refreshing: Refreshing,
        sizes: Mapping[str, int],
        rng: np.random.Generator,
    ) -> None:
        self.start: Distribution = refreshing.space.initial()
        self._space = refreshing.space
        if isinstance(optimizer, AsksNearby):
            optimizer = optimizer.among(self._place)
        self._search: RunningSearch = optimizer.start(self.start, rng)
        self._aggregator = aggregator
        self._schedule = schedule
        self._refreshing = refreshing
        self._coverage = Coverage(sizes, schedule.per_item)
        self._clients: tuple[str, ...] = ()
        self._work: Score | Propose | None = None
        self._asked: Points = np.empty((0, 0))
        self._numbers: list[int] = []
        self._known: dict[int, _Seen] = {}
        self._rounds_since = 0
        self._still = 0
        self._written = 0
        self.dropped: Counter[str] = Counter()

    @property
    def requests(self) -> int:
        """Distinct requests asked so far, those for texts included."""
        return self._coverage.requests + self._written

    @property
    def written(self) -> int:
        """Of these, requests for texts."""
        return self._written

    @property
    def ended(self) -> str:
        """The search's own reason where it has one."""
        own = self._search.ended if isinstance(self._search, VectorSearch) else ""
        still = "the search means only candidates that are asked already"
        return own or (still if self._still >= STILL else FINISHED)

    @property
    def scored(self) -> tuple[Scored, ...]:
        """Every candidate that was scored, by number, with the mean of its losses."""
        return tuple(Scored(number, seen.mean) for number, seen in sorted(self._known.items()))

    @property
    def found(self) -> Floats:
        """The place of the candidate that the search's mode means, shape (width,)."""
        return self._place(mode(self._search.distribution))

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next texts to write, or the next candidates on their block."""
        self._clients = tuple(clients)
        growth = self._refreshing.growth
        count = self._wanted(state)
        if growth is not None and count:
            self._rounds_since = 0
            parents, losses, block = self._parents()
            share = growth.share(count, len(clients))
            seen = block if growth.by_owners else None
            self._work = Propose(parents, np.exp(-losses), share, seen)
            return Proposal(self._work, growth.requests(count, len(clients)))
        if self._still >= STILL:
            return None
        points: Points = self._search.ask(self._schedule.candidates)
        if not len(points):
            return None
        self._asked = points
        self._numbers = [self._space.number(point) for point in points]
        places = np.stack([self._space.point(number) for number in self._distinct])
        block = self._schedule.block_of(state.round, 1, 1)
        self._work = Score(places, block)
        cost = self._coverage.cost(places, block, clients)
        self._still = 0 if cost else self._still + 1
        return Proposal(self._work, cost)

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the losses and tell them to the search, or let the new texts join.

        Raises:
            ValueError: nothing was proposed.
        """
        match self._work:
            case Score() as work:
                return self._learned(state, reports, work)
            case Propose() as work if self._refreshing.growth is not None:
                self._written += sum(report.asked for report in reports)
                joining = self._refreshing.growth.joining(state, reports, work)
                self.dropped.update(joining.dropped)
                self._space = self._space.grown(joining.texts)
                texts = (*state.texts, *joining.texts)
                return State(state.round + 1, state.distribution, state.memory, texts)
            case _:
                raise ValueError("absorb before propose")

    @property
    def _distinct(self) -> list[int]:
        return sorted(set(self._numbers))

    def _place(self, point: Floats) -> Floats:
        return self._space.point(self._space.number(point))

    def _learned(self, state: State, reports: Sequence[Report], work: Score) -> State:
        merged = self._aggregator(state, reports)
        losses: Floats = merged.memory["losses"]
        by_number = dict(zip(self._distinct, losses.tolist(), strict=True))
        self._search.tell(self._asked, np.array([by_number[number] for number in self._numbers]))
        self._coverage.add(work.points, work.block, self._clients)
        for number, loss in by_number.items():
            total, times = loss, 1
            if (seen := self._known.get(number)) is not None:
                total, times = seen.total + loss, seen.times + 1
            self._known[number] = _Seen(total, times, loss, work.block)
        self._rounds_since += 1
        return State(merged.round, self._search.distribution, merged.memory, state.texts)

    def _wanted(self, state: State) -> int:
        """Return how many texts are asked for now: none where they could not be scored."""
        plan, growth = self._refreshing, self._refreshing.growth
        if growth is None or self._rounds_since < plan.every:
            return 0
        count = min(plan.children, growth.most - len(state.texts))
        if count < 1 or state.round + 2 > self._schedule.rounds:
            return 0
        clients = len(self._clients)
        scoring = count * self._schedule.block * clients * self._schedule.per_item
        needed = growth.requests(count, clients) + scoring
        return count if self.requests + needed <= self._schedule.requests else 0

    def _parents(self) -> tuple[Points, Floats, Block | None]:
        """Return the scored candidates nearest to the mean, the best first, their losses and block.

        The block is the one on which all of them were asked last, or None where it differs.
        """
        mean = mode(self._search.distribution)
        apart = {n: float(np.square(self._space.point(n) - mean).sum()) for n in self._known}
        nearest = sorted(apart, key=lambda n: (apart[n], n))[: self._refreshing.parents]
        nearest.sort(key=lambda n: (self._known[n].mean, n))
        blocks = {self._known[n].block for n in nearest}
        return (
            np.stack([self._space.point(n) for n in nearest]),
            np.array([self._known[n].mean for n in nearest]),
            blocks.pop() if len(blocks) == 1 else None,
        )


def plan_nearest(schedule: Schedule, refreshing: Refreshing, owners: int) -> Plan:
    """Return the most rounds and requests of such a search; nothing is played.

    Every point may mean a candidate of its own, or many one: between lies what a search asks.

    Args:
        schedule: its limits.
        refreshing: how the bank grows.
        owners: who work in a round.
    """
    growth = refreshing.growth
    full = schedule.candidates * schedule.block * schedule.per_item * owners
    times = refreshing.times(schedule.rounds)
    each = 0 if growth is None else growth.requests(refreshing.children, owners)
    scored, written = schedule.rounds - times, times * each
    most = min(schedule.requests, scored * full + written)
    return Plan(schedule.rounds, most, min(written, most))
