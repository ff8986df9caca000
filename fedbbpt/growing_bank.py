"""Score work on a bank that grows: rounds in which texts are proposed, and rounds that score.

The driver numbers the texts: the first that joins takes the number after the last of the space.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from fedbbpt.aggregators import Aggregator
from fedbbpt.codec.fields import MOST_TEXTS
from fedbbpt.distributions import Categorical, Floats, Points
from fedbbpt.drivers import FINISHED, Plan, Proposal
from fedbbpt.messages import Block, Propose, Report, Score, State
from fedbbpt.optimizers.growing import GrowingSearch, Wish
from fedbbpt.proposers import SERVER, Proposer
from fedbbpt.schedule import Coverage, Schedule
from fedbbpt.spaces.growth import LONGEST, REASONS, Admitted, GrowingSpace, admitted, padded


class Scored(NamedTuple):
    """An instruction of the bank, by number, and its loss on the block that all share."""

    number: int
    loss: float


@dataclass(frozen=True, slots=True)
class Growth:
    """How a bank grows.

    Attributes:
        space: the bank before it grew.
        proposer: where texts are made, and how many requests they take.
        longest: characters of a text at most.
        most: texts that may join at most.
    """

    space: GrowingSpace
    proposer: Proposer
    longest: int = LONGEST
    most: int = MOST_TEXTS

    @property
    def by_owners(self) -> bool:
        """Whether owners make the texts."""
        return self.proposer.at != SERVER

    def share(self, count: int, clients: int) -> int:
        """Return how many texts everyone who proposes is asked for."""
        return -(-count // clients) if self.by_owners else count

    def requests(self, count: int, clients: int) -> int:
        """Return the most requests that ``count`` texts take."""
        share = self.share(count, clients)
        return self.proposer.requests(share) * (clients if self.by_owners else 1)

    def joining(self, state: State, reports: Sequence[Report], work: Propose) -> Admitted:
        """Return which of the texts of a round's reports join the bank, and all that were dropped.

        Args:
            state: before the round.
            reports: on ``work``.
            work: what was asked.
        """
        room = min(self.most - len(state.texts), work.count * max(1, len(reports)))
        known = (*self.space.texts, *state.texts)
        kept = admitted(_in_turn(reports), known, longest=self.longest, most=room)
        dropped = Counter(kept.dropped)
        for report in reports:
            counts = zip(REASONS, report.statistics["dropped"], strict=True)
            dropped.update({reason: int(count) for reason, count in counts if count})
        return Admitted(kept.texts, dict(dropped))

    def made_up(self, proposal: Proposal, round: int, clients: Sequence[str]) -> list[Report]:
        """Return reports in which every wish comes true and the first candidates are the best."""
        work = proposal.work
        if isinstance(work, Score):
            losses = {"loss_sum": np.arange(len(work.points), dtype=np.float64)}
            return [_made_up(name, losses, 0, ()) for name in clients]
        writers = clients if self.by_owners else clients[:1]
        dropped = {"dropped": np.zeros(len(REASONS))}
        count = work.count if isinstance(work, Propose) else 0
        return [
            _made_up(
                name,
                dropped,
                proposal.requests // len(writers),
                [f"{name}, round {round}, text {place}" for place in range(count)],
            )
            for name in writers
        ]


class GrowingCandidates:
    """Every owner scores the same instructions; between, new ones are written.

    One search lives on the server for the whole run. Requests for texts and requests about items
    count against the same budget; a wish that would leave nothing to score the children with, and
    the best once more, is not granted: the search then goes on to its end.
    """

    def __init__(
        self,
        search: GrowingSearch,
        aggregator: Aggregator,
        schedule: Schedule,
        growth: Growth,
        sizes: Mapping[str, int],
    ) -> None:
        self.start = search.distribution
        self._search = search
        self._aggregator = aggregator
        self._schedule = schedule
        self._growth = growth
        self._coverage = Coverage(sizes, schedule.per_item)
        self._written = 0
        self._widest = 0
        self._work: Score | Propose | None = None
        self._blocks: list[Score] = []
        self._clients: tuple[str, ...] = ()
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
        """An evolution ends with its generations."""
        return FINISHED

    @property
    def scored(self) -> tuple[Scored, ...]:
        """Every instruction that was scored, by number."""
        return tuple(Scored(*pair) for pair in sorted(self._search.scored.items()))

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next texts to write, or the next candidates on their block."""
        self._clients = tuple(clients)
        if (wish := self._search.wish) is not None:
            count = min(wish.wanted, self._growth.most - len(state.texts))
            if count > 0 and self._pays(wish, count):
                share = self._growth.share(count, len(clients))
                seen = self._seen(wish.parents) if self._growth.by_owners else None
                work = Propose(wish.parents, np.exp(-wish.losses), share, seen)
                self._work = work
                return Proposal(work, self._growth.requests(count, len(clients)))
            self._search.stop_growing()
        points: Points = self._search.ask(self._schedule.candidates)
        if not len(points):
            return None
        self._widest = max(self._widest, len(points))
        block = self._schedule.block_of(state.round, len(points), self._widest)
        self._work = Score(points, block)
        return Proposal(self._work, self._coverage.cost(points, block, clients))

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Merge the losses and tell them to the search, or number the new texts.

        Raises:
            ValueError: nothing was proposed.
        """
        match self._work:
            case Score() as work:
                merged = self._aggregator(state, reports)
                losses: Floats = merged.memory["losses"]
                self._search.tell(work.points, losses)
                self._coverage.add(work.points, work.block, self._clients)
                self._blocks.append(work)
                believed = self._search.distribution
                return State(merged.round, believed, merged.memory, state.texts)
            case Propose() as work:
                return self._grown(state, reports, work)
            case _:
                raise ValueError("absorb before propose")

    def _grown(self, state: State, reports: Sequence[Report], work: Propose) -> State:
        self._written += sum(report.asked for report in reports)
        joining = self._growth.joining(state, reports, work)
        self.dropped.update(joining.dropped)
        texts = (*state.texts, *joining.texts)
        choices = len(self._growth.space.texts) + len(texts)
        self._search.grow(choices)
        distribution = state.distribution
        if isinstance(distribution, Categorical):
            distribution = padded(distribution, choices)
        return State(state.round + 1, distribution, state.memory, texts)

    def made_up(self, proposal: Proposal, state: State, clients: Sequence[str]) -> list[Report]:
        """Return reports in which every wish comes true and the first candidates are the best."""
        return self._growth.made_up(proposal, state.round, clients)

    def _seen(self, parents: Points) -> Block | None:
        """Return the block on which all of the parents were scored last."""
        numbers = set(parents[:, 0])
        fitting = (w.block for w in reversed(self._blocks) if numbers <= set(w.points[:, 0]))
        return next(fitting, None)

    def _pays(self, wish: Wish, count: int) -> bool:
        """Tell whether children could be written, scored, and the best scored once more."""
        block, clients = self._schedule.block, len(self._clients)
        scoring = (count + wish.rest) * block * clients * self._schedule.per_item
        needed = self._growth.requests(count, clients) + scoring
        return self.requests + needed <= self._schedule.requests


def _in_turn(reports: Sequence[Report]) -> list[str]:
    """Return the first text of everyone, then the second: no owner fills the bank alone."""
    ordered = sorted(reports, key=lambda report: report.client)
    turns = zip_longest(*(report.proposals for report in ordered))
    return [text for turn in turns for text in turn if text is not None]


def plan_growing(
    driver: GrowingCandidates, schedule: Schedule, sizes: Sequence[str], seed: int
) -> Plan:
    """Play a search on made-up losses and texts, and return its rounds and requests.

    Args:
        driver: of the search to be played, at its beginning.
        schedule: its limits.
        sizes: the owners' names.
        seed: the run's.
    """
    state = State(0, driver.start)
    while state.round < schedule.rounds:
        clients = schedule.participants(tuple(sizes), state.round, seed)
        proposal = driver.propose(state, clients)
        if proposal is None or driver.requests + proposal.requests > schedule.requests:
            break
        state = driver.absorb(state, driver.made_up(proposal, state, clients))
    return Plan(state.round, driver.requests, driver.written)


def _made_up(
    name: str, statistics: Mapping[str, Floats], asked: int, texts: Sequence[str]
) -> Report:
    return Report(name, 0, "", statistics, frozenset(), 1.0, asked, 0, 0, asked, tuple(texts))
