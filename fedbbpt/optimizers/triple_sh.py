"""TRIPLE-SH: sequential halving with all of a phase's calls new: Shi 2024, arXiv:2402.09723.

Every phase has the same number of new calls: survivors of a field of K are asked on K / survivors
fresh blocks, one a round, and compared by the mean of all their losses. The paper's calls of
different prompts meet different examples; here those of one round meet the same ones.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.choosing import checked_tables
from fedbbpt.optimizers.evidence import Indices
from fedbbpt.optimizers.mixture import softmax_mixture
from fedbbpt.optimizers.racing import check_field, stratified_points
from fedbbpt.optimizers.told import checked_losses

__all__ = ["TripleSh"]


@dataclass(frozen=True, slots=True)
class TripleSh:
    """Halve the field after phases of equally many new calls; blocks must be fresh.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        finalists: the search ends when no more than these are left, in [1, candidates].
        mixture: temperature of a softmax mixture over the finalists as the belief, in the unit of
            losses, for a bank; 0 believes in one prompt.

    Raises:
        ValueError: a value out of its range.
    """

    fresh_blocks: ClassVar[bool] = True

    candidates: int = 12
    finalists: int = 1
    mixture: float = 0.0

    def __post_init__(self) -> None:
        check_field(self.candidates, self.finalists)
        if not 0 <= self.mixture < np.inf:
            raise ValueError(f"mixture: {self.mixture} is below 0; 0 believes in one prompt")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin among points drawn from ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        return _Phases(self, distribution, rng)


class _Phases:
    """A running elimination; sums of losses are kept for every candidate."""

    def __init__(self, plan: TripleSh, start: Distribution, rng: np.random.Generator) -> None:
        self._start = checked_tables(start, mixture=plan.mixture)
        self._plan = plan
        self._rng = rng
        self._points: Points = np.empty((0, len(self._start.logits)))
        self._sums: Floats = np.empty(0)
        self._times: Floats = np.empty(0)
        self._active: Indices = np.arange(0)
        self._asked: Indices = np.arange(0)
        self._left = 0
        self._finished = False

    def ask(self, count: int) -> Points:
        """Return the survivors, or none after the last phase.

        Raises:
            ValueError: ``count`` is below 1.
        """
        if count < 1:
            raise ValueError(f"count: {count} is too few; give at least 1")
        if not len(self._points):
            self._draw(min(count, self._plan.candidates))
        if not self._finished:
            self._active = self._best(min(count, len(self._active)))
            self._asked = self._active
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Add the losses of the survivors, shape (n,); after the last block of a phase, halve.

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._points[self._asked], points, losses)
        self._sums[self._asked] += told
        self._times[self._asked] += 1
        self._asked = np.arange(0)
        self._left -= 1
        if self._left > 0:
            return
        half = math.ceil(len(self._active) / 2)
        self._finished = len(self._active) <= max(1, self._plan.finalists)
        if not self._finished:
            self._active = self._best(max(half, self._plan.finalists))
            self._finished = len(self._active) <= self._plan.finalists
        self._left = max(1, len(self._points) // len(self._active))

    @property
    def distribution(self) -> Distribution:
        """The belief in the mean losses; its mode is the best of the survivors."""
        if not self._times.any():
            return self._start
        means = self._means()
        if self._plan.mixture:
            alive = np.full(len(means), np.inf)
            alive[self._active] = means[self._active]
            return softmax_mixture(self._start, self._points, alive, self._plan.mixture)
        return belief(self._start, self._points, means, int(self._best(1)[0]))

    def _draw(self, count: int) -> None:
        field = stratified_points(self._start, count, self._rng)
        self._points = frozen_array(field, name="points")
        self._sums, self._times = np.zeros(len(field)), np.zeros(len(field))
        self._active = np.arange(len(field))
        self._left = 1

    def _means(self) -> Floats:
        means: Floats = np.full(len(self._sums), np.inf)
        told = self._times > 0
        means[told] = self._sums[told] / self._times[told]
        return means

    def _best(self, count: int) -> Indices:
        order = np.argsort(self._means()[self._active], kind="stable")
        return np.sort(self._active[order[:count]])
