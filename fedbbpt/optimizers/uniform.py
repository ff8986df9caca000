"""The whole field on every block: for beliefs about every prompt, also the worst."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.choosing import checked_tables
from fedbbpt.optimizers.racing import stratified_points
from fedbbpt.optimizers.told import checked_losses

__all__ = ["Uniform"]


@dataclass(frozen=True, slots=True)
class Uniform:
    """Score every candidate on every block.

    What drops candidates by the losses of all owners together may drop the one that is best for a
    single owner; this asks more and drops none.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.

    Raises:
        ValueError: fewer than 2 candidates.
    """

    candidates: int = 16
    fresh_blocks: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.candidates < 2:
            raise ValueError(f"candidates: {self.candidates} is too few; a choice needs at least 2")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin with a field drawn from ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        return _Everyone(checked_tables(distribution), self.candidates, rng)


class _Everyone:
    """A running search; the field is drawn at the first ``ask`` and stays."""

    def __init__(self, start: Categorical, candidates: int, rng: np.random.Generator) -> None:
        self._start = start
        self._candidates = candidates
        self._rng = rng
        self._points: Points = np.empty((0, len(start.logits)))
        self._asked = self._points
        self._sums: Floats = np.empty(0)
        self._rounds = 0

    def ask(self, count: int) -> Points:
        """Return the field, of which a smaller ``count`` leaves the first ones for good.

        Raises:
            ValueError: ``count`` is below 2.
        """
        if count < 2:
            raise ValueError(f"count: {count} is too few; a comparison needs at least 2 candidates")
        if not len(self._points):
            field = stratified_points(self._start, min(count, self._candidates), self._rng)
            self._points = frozen_array(field, name="points")
            self._sums = np.zeros(len(field))
        self._points = frozen_array(self._points[:count], name="points")
        self._sums = self._sums[:count]
        self._asked = self._points
        return self._asked

    def tell(self, points: Points, losses: Floats) -> None:
        """Add the losses of the field on one more block, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        self._sums = self._sums + checked_losses(self._asked, points, losses)
        self._asked = self._points[:0]
        self._rounds += 1

    @property
    def distribution(self) -> Distribution:
        """The belief in the mean losses; the start before any."""
        if not self._rounds:
            return self._start
        means = self._sums / self._rounds
        return belief(self._start, self._points, means, int(np.argmin(means)))
