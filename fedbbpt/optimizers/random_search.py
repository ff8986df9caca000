"""Random search: points drawn from the start, the best of them kept; what any method must beat."""

from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Point,
    Points,
    frozen_array,
    sample,
)
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.racing import stratified_points
from fedbbpt.optimizers.told import checked_losses

__all__ = ["RandomSearch"]


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Score points of the start's distribution once each, and keep the best.

    Losses compare only where all are of the same examples: with nested blocks every round is asked
    on the same one.

    Attributes:
        candidates: points in all, the starting prompt among them, >= 2.

    Raises:
        ValueError: fewer than 2 candidates.
    """

    candidates: int = 16

    def __post_init__(self) -> None:
        if self.candidates < 2:
            raise ValueError(f"candidates: {self.candidates} is too few; give at least 2")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin to draw from ``distribution``.

        Raises:
            ValueError: the distribution is neither categorical nor Gaussian.
        """
        return _Drawn(distribution, _field(distribution, self.candidates, rng))


def _field(start: Distribution, count: int, rng: np.random.Generator) -> Points:
    """Return the points of a search, the starting prompt first."""
    match start:
        case Categorical():
            return stratified_points(start, count, rng)
        case Gaussian(mean):
            return np.concatenate([mean[None], sample(start, count - 1, rng)])
        case _:
            raise ValueError(
                f"distribution: points of a {type(start).__name__} are not drawn here; use a space "
                "of listed choices or of vectors"
            )


class _Drawn:
    """A running random search: no point is asked twice."""

    def __init__(self, start: Distribution, points: Points) -> None:
        self._start = start
        self._points: Points = frozen_array(points, name="points")
        self._losses: Floats = np.full(len(self._points), np.inf)
        self._told = 0
        self._asked = 0

    def ask(self, count: int) -> Points:
        """Return the next points, at most ``count``, or none when all were asked.

        Raises:
            ValueError: ``count`` is below 1.
        """
        if count < 1:
            raise ValueError(f"count: {count} is too few; ask for at least 1")
        self._asked = min(count, len(self._points) - self._told)
        return frozen_array(self._next, name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Keep the losses of the points last asked, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._next, points, losses)
        self._losses[self._told : self._told + self._asked] = told
        self._told += self._asked
        self._asked = 0

    @property
    def distribution(self) -> Distribution:
        """What the losses told say, its mode the best point; the start before any."""
        if not self._told:
            return self._start
        best = int(np.argmin(self._losses))
        match self._start:
            case Categorical():
                return belief(self._start, self._points, self._losses, best)
            case Gaussian(_, sigma, cov):
                return Gaussian(self._points[best], sigma, cov)
            case _:
                return Point(self._points[best])

    @property
    def _next(self) -> Points:
        return self._points[self._told : self._told + self._asked]
