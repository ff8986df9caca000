"""One owner at work: an assignment in, a report out; nothing else leaves."""

from dataclasses import dataclass
from typing import assert_never

from fedbbpt.distributions import Points
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Evaluate, Report, Score, Search
from fedbbpt.work.evaluate import evaluate
from fedbbpt.work.owner import Owner
from fedbbpt.work.score import score
from fedbbpt.work.search import search

MAX_CANDIDATES = 1024


@dataclass(frozen=True, slots=True)
class Client:
    """Does an owner's work and reports statistics.

    Attributes:
        owner: data, space and objective of the owner.
        fingerprint: identity of space, task and scoring as this owner computed it.
    """

    owner: Owner
    fingerprint: str

    async def work(self, assignment: Assignment) -> Report:
        """Do one round's work.

        Raises:
            MessageError: the assignment is for another space or breaks this owner's own limits.
            EndpointError: the owner's endpoint refuses for good.
            BudgetError: the owner's cap would be passed.
        """
        self._check(assignment)
        owner, seed = self.owner, assignment.seed
        calls_before = owner.objective.calls
        match assignment.work:
            case Score(points, block):
                scored = await score(owner, points, block, seed)
                statistics, weight, counts = scored.statistics, scored.weight, scored.counts
            case Search() as work:
                statistics, weight, counts = await search(owner, assignment, work)
            case Evaluate() as work:
                statistics, weight, counts = await evaluate(owner, work, seed)
            case _:
                assert_never(assignment.work)
        return Report(
            client=owner.name,
            round=assignment.round,
            fingerprint=self.fingerprint,
            statistics=statistics,
            additive=frozenset(n for n in statistics if not n.startswith("logits_")),
            weight=float(weight),
            asked=counts.asked,
            missing=counts.missing,
            unreadable=counts.unreadable,
            calls=owner.objective.calls - calls_before,
        )

    def _check(self, assignment: Assignment) -> None:
        if assignment.fingerprint != self.fingerprint:
            raise MessageError(
                f"{self.owner.name}: the assignment is for another space, task or scoring "
                f"({assignment.fingerprint[:12]} is not {self.fingerprint[:12]}); "
                "give server and owners the same run file"
            )
        if not isinstance(assignment.work, Search):
            self._check_points(assignment.work.points)
        elif not 1 <= assignment.work.candidates <= MAX_CANDIDATES:
            raise MessageError(
                f"{self.owner.name}: expected 1 to {MAX_CANDIDATES} candidates; "
                f"got {assignment.work.candidates}"
            )

    def _check_points(self, points: Points) -> None:
        if points.ndim != 2 or not 1 <= len(points) <= MAX_CANDIDATES:
            raise MessageError(
                f"{self.owner.name}: expected 1 to {MAX_CANDIDATES} candidates, "
                f"one a row; got shape {points.shape}"
            )
        try:
            for point in points:
                self.owner.space.decode(point)
        except ValueError as error:
            raise MessageError(
                f"{self.owner.name}: {error}; give server and owners the same run file"
            ) from error
