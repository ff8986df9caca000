"""When a merged distribution stops meaning anything, so that a search over local searches ends."""

from collections.abc import Sequence

from fedbbpt.beliefs import is_mean, parts_of, spread
from fedbbpt.distributions import Distribution, Gaussian, mode
from fedbbpt.messages import Report
from fedbbpt.work.settling import DIVERGED, strays

COLLAPSE = 1e-6
"""Part of the first standard deviation below which nothing moves any more."""

BLOW_UP = 1e3
"""Multiple of the first standard deviation above which the prompt is noise."""


def spreads(distribution: Distribution) -> tuple[float, ...]:
    """Return the largest standard deviation of every Gaussian in a distribution.

    Raises:
        ValueError: it holds something that no local search moves.
    """
    parts = parts_of(distribution)
    return tuple(spread(part.leaf) for part in parts if isinstance(part.leaf, Gaussian))


class Watch:
    """Compares the spreads of merged Gaussians with those of the first broadcast, and bounds means.

    Attributes:
        ended: why the search is over; empty while it goes on.
    """

    def __init__(self) -> None:
        self.ended = ""
        self._first: tuple[float, ...] | None = None

    def may_merge(self, reports: Sequence[Report]) -> bool:
        """Say whether owners' means may be merged; sets ``ended`` where one of them ran away."""
        names = [(r, name) for r in reports for name in r.statistics if is_mean(name)]
        if any(strays(report.statistics[name]) for report, name in names):
            self.ended = DIVERGED
        return not self.ended

    def accepts(self, before: Distribution, merged: Distribution) -> bool:
        """Say whether ``merged`` may be kept; sets ``ended`` where it is the last or may not.

        A collapsed Gaussian still names its best point and is kept; a blown-up one names none.
        """
        if self._first is None:
            self._first = spreads(before)
        if strays(mode(merged)):
            self.ended = DIVERGED
            return False
        for first, now in zip(self._first, spreads(merged), strict=True):
            if now > BLOW_UP * first:
                self.ended = f"the merged step size blew up to {now / first:.3g} times the start's"
                return False
            if now < COLLAPSE * first:
                self.ended = f"the merged step size collapsed to {now / first:.3g} of the start's"
        return True
