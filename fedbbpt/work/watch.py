"""When a merged distribution stops meaning anything, so that a search over local searches ends."""

from fedbbpt.beliefs import parts_of, spread
from fedbbpt.distributions import Distribution, Gaussian

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
    """Compares the spreads of merged Gaussians with those of the first broadcast.

    Attributes:
        ended: why the search is over; empty while it goes on.
    """

    def __init__(self) -> None:
        self.ended = ""
        self._first: tuple[float, ...] | None = None

    def accepts(self, before: Distribution, merged: Distribution) -> bool:
        """Say whether ``merged`` may be kept; sets ``ended`` where it is the last or may not.

        A collapsed Gaussian still names its best point and is kept; a blown-up one names none.
        """
        if self._first is None:
            self._first = spreads(before)
        for first, now in zip(self._first, spreads(merged), strict=True):
            if now > BLOW_UP * first:
                self.ended = f"the merged step size blew up to {now / first:.3g} times the start's"
                return False
            if now < COLLAPSE * first:
                self.ended = f"the merged step size collapsed to {now / first:.3g} of the start's"
        return True
