"""One owner at work: an assignment in, a report out; nothing else leaves."""

from dataclasses import dataclass, replace
from typing import assert_never

from fedbbpt.distributions import Points
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Evaluate, Propose, Report, Score, Search
from fedbbpt.spaces.growth import GrowingSpace, covering, version_of
from fedbbpt.work.evaluate import evaluate
from fedbbpt.work.owner import Owner
from fedbbpt.work.propose import propose, weight_of
from fedbbpt.work.replacement import Stream
from fedbbpt.work.score import score
from fedbbpt.work.search import is_sum, search

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
            OutageError: the owner's endpoint gives no answers just now.
        """
        self._check_fingerprint(assignment)
        owner, seed = self._with_texts(assignment.texts), assignment.seed
        _check_work(owner, assignment)
        calls_before = owner.objective.calls
        proposals: tuple[str, ...] = ()
        weight: float
        match assignment.work:
            case Score(points, block):
                noise = Stream(seed, assignment.round, owner.name)
                scored = await score(owner, points, block, seed, noise)
                statistics, weight, counts = scored.statistics, scored.weight, scored.counts
            case Search() as work:
                statistics, weight, counts = await search(owner, assignment, work)
            case Evaluate() as work:
                statistics, weight, counts = await evaluate(owner, work, seed)
            case Propose():
                proposals, statistics, counts = await propose(owner, assignment)
                weight = weight_of(counts)
            case _:
                assert_never(assignment.work)
        return Report(
            client=owner.name,
            round=assignment.round,
            fingerprint=assignment.fingerprint,
            statistics=statistics,
            additive=frozenset(filter(is_sum, statistics)),
            weight=float(weight),
            asked=counts.asked,
            missing=counts.missing,
            unreadable=counts.unreadable,
            calls=owner.objective.calls - calls_before,
            proposals=proposals,
            version=version_of(assignment.texts),
        )

    def _check_fingerprint(self, assignment: Assignment) -> None:
        expected = covering(self.fingerprint, version_of(assignment.texts))
        if assignment.fingerprint != expected:
            raise MessageError(
                f"{self.owner.name}: the assignment is for another space, task or scoring "
                f"({assignment.fingerprint[:12]} is not {expected[:12]}); "
                "give server and owners the same run file"
            )

    def _with_texts(self, texts: tuple[str, ...]) -> Owner:
        """Return the owner with the bank as it has grown."""
        space = self.owner.space
        if not texts:
            return self.owner
        if not isinstance(space, GrowingSpace):
            raise MessageError(
                f"{self.owner.name}: texts came for a space that cannot grow; give server and "
                "owners the same run file"
            )
        try:
            return replace(self.owner, space=space.grown(texts))
        except ValueError as error:
            raise MessageError(f"{self.owner.name}: {error}; use one version") from error


def _check_work(owner: Owner, assignment: Assignment) -> None:
    work = assignment.work
    if not isinstance(work, Search):
        _check_points(owner, work.points)
    if isinstance(work, Propose) and work.scores.shape != (len(work.points),):
        raise MessageError(f"{owner.name}: expected one score a parent; use one version")
    match work:
        case Search():
            wanted = work.candidates
        case Propose():
            wanted = work.count
        case _:
            wanted = len(work.points)
    if not 1 <= wanted <= MAX_CANDIDATES:
        raise MessageError(f"{owner.name}: expected 1 to {MAX_CANDIDATES} candidates; got {wanted}")


def _check_points(owner: Owner, points: Points) -> None:
    if points.ndim != 2 or not 1 <= len(points) <= MAX_CANDIDATES:
        raise MessageError(
            f"{owner.name}: expected 1 to {MAX_CANDIDATES} candidates, "
            f"one a row; got shape {points.shape}"
        )
    try:
        for point in points:
            owner.space.decode(point)
    except ValueError as error:
        raise MessageError(
            f"{owner.name}: {error}; give server and owners the same run file, and where numbers "
            "are too large lower [optimizer] learning_rate or [space] sigma"
        ) from error
