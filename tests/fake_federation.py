"""Owners made of tables of losses, and a log in memory: for the tests of drivers and server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.distributions import Floats, Points
from fedbbpt.messages import Assignment, Block, Report, Score, Search

FINGERPRINT = "f"


def item_loss(owner: str, item: int, point: Floats) -> float:
    """Return a fixed loss in [0, 4), a multiple of 1/64, so that sums are exact in any order."""
    return int(digest([owner, item, point.tolist()])[:8], 16) % 256 / 64


def block_items(block: Block, size: int) -> list[int]:
    """Return the items that a block names, wrapped and each once."""
    return [(block.start + i) % size for i in range(min(block.size, size))]


def loss_sums(owner: str, points: Points, block: Block, size: int) -> Floats:
    """Return the sums of losses over a block, shape (candidates,)."""
    items = block_items(block, size)
    return np.array([sum(item_loss(owner, item, point) for item in items) for point in points])


@dataclass
class TableEngine:
    """Scores by ``item_loss`` and keeps what was asked.

    Attributes:
        sizes: training examples of each owner.
        silent: owners whose reports have no weight.
        asked: distinct owner, item and point, by brute force.
        rounds: number and owners of every gathering.
    """

    sizes: Mapping[str, int]
    silent: frozenset[str] = frozenset()
    asked: set[tuple[str, int, bytes]] = field(default_factory=set)
    rounds: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        """Return the reports in the order of the names."""
        round = next(iter(assignments.values())).round
        self.rounds.append((round, tuple(sorted(assignments))))
        return [self._report(name, assignments[name]) for name in sorted(assignments)]

    def _report(self, name: str, assignment: Assignment) -> Report:
        work = assignment.work
        if isinstance(work, Search):
            return search_report(name, assignment, work)
        if not isinstance(work, Score):
            raise ValueError("these owners only score and search")
        items = block_items(work.block, self.sizes[name])
        self.asked |= {(name, i, point.tobytes()) for point in work.points for i in items}
        usable = name not in self.silent
        sums = loss_sums(name, work.points, work.block, self.sizes[name])
        return Report(
            client=name,
            round=assignment.round,
            fingerprint=assignment.fingerprint,
            statistics={"loss_sum": sums if usable else np.zeros(len(work.points))},
            additive=frozenset({"loss_sum"}),
            weight=float(len(items)) if usable else 0.0,
            asked=len(items) * len(work.points),
            missing=0 if usable else len(items) * len(work.points),
            unreadable=1,
            calls=len(items) * len(work.points),
        )


def search_report(name: str, assignment: Assignment, work: Search) -> Report:
    """Return a report that prefers the choice named by the owner's first letter."""
    favourite = np.zeros(3)
    favourite[ord(name[0]) % 3] = 3.0
    asked = work.candidates * work.generations * work.block.size
    return Report(
        client=name,
        round=assignment.round,
        fingerprint=assignment.fingerprint,
        statistics={"logits_0": favourite, "counts_0": favourite},
        additive=frozenset({"counts_0"}),
        weight=8.0,
        asked=asked,
        missing=0,
        unreadable=0,
        calls=asked,
    )


@dataclass
class MemoryLog:
    """Rounds in memory."""

    kept: dict[tuple[str, int], tuple[Report, ...]] = field(default_factory=dict)

    def recorded(self, stage: str, round: int) -> tuple[Report, ...] | None:
        """Return the reports of a round, or None."""
        return self.kept.get((stage, round))

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        """Keep the reports of a round."""
        self.kept[stage, round] = tuple(reports)
