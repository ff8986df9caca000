"""A search over vectors that checks what it is told and keeps the best point beside its mean."""

from typing import Protocol

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points, frozen_array, mode
from fedbbpt.optimizers import Best
from fedbbpt.optimizers.told import checked_losses

RECHECKED = 2
"""Points that a re-evaluation takes: the mode and the best so far."""


class Steps(Protocol):
    """The inside of a search: points out, their losses in, nothing else to mind."""

    def propose(self, count: int) -> Points:
        """Return at most ``count`` new points, none when it has ended; each call may draw.

        Raises:
            ValueError: ``count`` is too small for one step; the text says what it takes.
        """
        ...

    def learn(self, losses: Floats) -> None:
        """Take the losses of the points last proposed, checked, shape (n,)."""
        ...

    @property
    def distribution(self) -> Distribution:
        """What is believed now."""
        ...

    @property
    def ended(self) -> str:
        """Why it ended, empty while it goes on."""
        ...


class Keeping:
    """A search around ``Steps``.

    The best so far is the point with the smallest loss told. Under noise that is mostly luck: every
    ``reevaluate``-th generation asks the mode and the best again beside the new points, on whatever
    the caller scores then. The best's loss becomes the mean of all its measurements, and the mode
    takes its place where it did no worse in that generation. The steps never see these two.
    """

    def __init__(self, steps: Steps, reevaluate: int) -> None:
        """Begin; ``reevaluate`` 0 never asks again."""
        self._steps = steps
        self._every = reevaluate
        self._generation = 0
        self._again = 0
        self._asked: Points = np.empty((0, mode(steps.distribution).size))
        self._best: Best | None = None
        self._preferred: Floats | None = None

    @property
    def distribution(self) -> Distribution:
        """What the steps believe now; its mode is their estimate, not the best point seen."""
        return self._steps.distribution

    @property
    def best(self) -> Best | None:
        """The best point so far; None before any loss."""
        return self._best

    @property
    def preferred(self) -> Floats | None:
        """The best as it was asked last, where it did better than the mode beside it.

        That loss chose nothing before, so a lucky draw does not stay: None where the mode did no
        worse.
        """
        return self._preferred

    @property
    def ended(self) -> str:
        """Why the search ended, empty while it goes on."""
        return self._steps.ended

    def ask(self, count: int) -> Points:
        """Return the points of one generation; those not told yet are asked again.

        Raises:
            ValueError: ``count`` is too small for a generation.
        """
        if len(self._asked):
            if count < len(self._asked):
                raise ValueError(
                    f"count: {count} is below the {len(self._asked)} points still to be told; "
                    "tell these first"
                )
            return self._asked
        # The room is kept in every generation, so that all are of one size.
        fresh = self._steps.propose(count - (RECHECKED if self._every else 0))
        self._again = RECHECKED if len(fresh) and self._due and self._best else 0
        if self._again and self._best:
            fresh = np.vstack([fresh, mode(self._steps.distribution), self._best.point])
        self._asked = frozen_array(fresh, name="points")
        return self._asked

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn the losses of the points last asked, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._asked, points, losses)
        new = len(told) - self._again
        if self._again:
            self._recheck(float(told[-2]), float(told[-1]))
        self._keep(self._asked[:new], told[:new])
        self._steps.learn(told[:new])
        self._asked = self._asked[:0]
        self._generation += 1

    @property
    def _due(self) -> bool:
        return bool(self._every) and self._generation % self._every == self._every - 1

    def _recheck(self, mode_loss: float, best_loss: float) -> None:
        if self._best is None:
            return
        if mode_loss <= best_loss:
            self._best, self._preferred = Best(self._asked[-2], mode_loss, 1), None
            return
        self._preferred = self._best.point
        point, loss, times = self._best
        self._best = Best(point, (loss * times + best_loss) / (times + 1), times + 1)

    def _keep(self, points: Points, losses: Floats) -> None:
        leader = int(np.argmin(losses))
        if self._best is None or losses[leader] < self._best.loss:
            self._best = Best(points[leader], float(losses[leader]), 1)


def check_reevaluate(reevaluate: int) -> None:
    """Check the setting that every search over vectors has.

    Raises:
        ValueError: it is below 0.
    """
    if reevaluate < 0:
        raise ValueError(f"reevaluate: {reevaluate} is below 0; 0 never asks again, 10 is usual")
