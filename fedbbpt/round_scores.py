"""What a search round measured at every owner, from the owners' own sums: for people to read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.comparison import mean_interval, wilson
from fedbbpt.messages import Report


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean calibrated score on training items, with a 95 % interval.

    Attributes:
        score: mean, in [0, 1].
        low: lower end of the interval.
        high: upper end of the interval.
        n: items behind it.
    """

    score: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class OwnerRound:
    """One owner in one search round.

    Attributes:
        owner: its name.
        measured: of the best candidate; None where the owner reported no scores.
        asked: items asked for.
        missing: items without a usable reply.
        unreadable: items answered in another form than asked.
    """

    owner: str
    measured: Measured | None
    asked: int
    missing: int
    unreadable: int


class _Sums(NamedTuple):
    """Sums over one owner's items; all are numbers >= 0."""

    total: float
    squares: float
    n: float


def owner_rounds(reports: Sequence[Report], best: int) -> tuple[OwnerRound, ...]:
    """Return every owner's own figures of a round.

    Args:
        reports: of the round.
        best: place of the candidate with the lowest merged loss.
    """
    found = []
    for report in reports:
        sums = _sums(report, best)
        found.append(
            OwnerRound(
                owner=report.client,
                measured=None if sums is None else _measured(sums),
                asked=report.asked,
                missing=report.missing,
                unreadable=report.unreadable,
            )
        )
    return tuple(found)


def round_score(reports: Sequence[Report], best: int) -> Measured | None:
    """Return the score over all owners that reported one; None where none did."""
    known = [sums for report in reports if (sums := _sums(report, best))]
    return _measured(_Sums(*map(math.fsum, zip(*known, strict=True)))) if known else None


def _sums(report: Report, best: int) -> _Sums | None:
    """Return the sums at a candidate; an owner that searched for itself reports its own best."""
    scores = report.statistics.get("score_sum")
    squares = report.statistics.get("score_square_sum")
    if scores is None or squares is None or scores.ndim != 1 or scores.shape != squares.shape:
        return None
    items = report.statistics.get("score_items")
    place = best if items is None else 0
    n = report.weight if items is None else float(items[0])
    if not place < scores.size or n <= 0:
        return None
    return _Sums(float(scores[place]), float(squares[place]), n)


def _measured(sums: _Sums) -> Measured:
    # Scores are only 0 or 1 exactly where every score is its own square.
    binary = math.isclose(sums.total, sums.squares, rel_tol=1e-9, abs_tol=1e-9)
    total = min(sums.n, max(0.0, sums.total))
    ends = wilson(total, sums.n) if binary else mean_interval(total, sums.squares, sums.n)
    return Measured(total / sums.n, ends.low, ends.high, round(sums.n))
