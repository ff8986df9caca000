"""A Gaussian process over vectors says where to ask next: by improvement, or down its slope.

Expected improvement as in InstructZero, Chen et al. 2023, arXiv:2306.03082; steps along the slope
of the posterior mean, and a look around where it is unsure, as in ZOPO, Hu et al. 2024,
arXiv:2403.02993.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Points, sample
from fedbbpt.optimizers import Optimizer, Search
from fedbbpt.optimizers.evidence import Posterior
from fedbbpt.optimizers.improvement import best_improvements
from fedbbpt.optimizers.keeping import Keeping
from fedbbpt.optimizers.regression import Regression, Told
from fedbbpt.optimizers.whitening import Whitening

__all__ = ["GaussianProcess"]

WAYS = ("improvement", "slope")
STEPS, STEP = 8, 0.25
"""Steps down a slope, each of so many of the start's standard deviations."""

REMEMBERED = 160
"""Losses that the process is fitted to: the last ones, and time stays bounded."""

GROWTH = 1.25
"""Losses grow by this factor before length and noise are looked at again."""


@dataclass(frozen=True, slots=True)
class GaussianProcess:
    """Ask where a Gaussian process that is fitted to all losses expects to gain.

    For a few dozen dimensions and a few hundred losses.

    Attributes:
        first: points of the first round, >= 2: the start's mean, and draws.
        each: points of a later round, >= 1.
        way: ``"improvement"`` asks the leader again and where most improvement on it is expected;
            ``"slope"`` goes from the best points down the slope of the expected loss, and asks
            where least is known nearby if that leads nowhere new.
        draws: points among which a round's are chosen, >= ``each``.

    Raises:
        ValueError: a value out of its range.
    """

    first: int = 10
    each: int = 5
    way: Literal["improvement", "slope"] = "improvement"
    draws: int = 256

    def __post_init__(self) -> None:
        if self.first < 2 or self.each < 1:
            raise ValueError("first: at least 2 points; each: at least 1")
        if self.draws < self.each:
            raise ValueError(f"draws: {self.draws} is below each = {self.each}; try 256")
        if self.way not in WAYS:
            raise ValueError(f"way: {self.way!r}; expected one of {', '.join(WAYS)}")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at ``distribution``.

        Raises:
            ValueError: the distribution is not Gaussian.
        """
        return Keeping(_Fitted(self, _gaussian(distribution), rng, None), 0)

    def among(self, place: Callable[[Floats], Floats]) -> Optimizer:
        """Return the same optimizer on the places of candidates, new ones first."""
        return _Nearby(self, place)


@dataclass(frozen=True, slots=True)
class _Nearby:
    settings: GaussianProcess
    place: Callable[[Floats], Floats]

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        return Keeping(_Fitted(self.settings, _gaussian(distribution), rng, self.place), 0)


class _Fitted:
    """The running process, in coordinates in which the start is N(0, I)."""

    def __init__(
        self,
        settings: GaussianProcess,
        start: Gaussian,
        rng: np.random.Generator,
        place: Callable[[Floats], Floats] | None,
    ) -> None:
        self._settings = settings
        self._start = start
        self._whitening = Whitening.of(start)
        self._rng = rng
        self._place = place
        self._told = Told(np.empty((0, start.mean.size)), np.empty(0), np.empty(0))
        self._asked: Points = self._told.points
        self._round = 0
        self._losses = 0
        self._tuned_at = 0
        self._fitted: Regression
        self._best: Floats = start.mean
        self.ended = ""

    @property
    def distribution(self) -> Gaussian:
        """Around the asked point of least expected loss, as wide as at the start."""
        return replace(self._start, mean=self._best)

    def propose(self, count: int) -> Points:
        """Return the points of one round."""
        if count < 1:
            raise ValueError(f"count: {count} is too few; give at least 1")
        if not self._round:
            drawn = sample(self._start, min(self._settings.first, count) - 1, self._rng)
            self._asked = self._distinct(np.vstack([self._start.mean, drawn]))
            return self._asked
        regression = self._fitted
        field = self._distinct(sample(self._around, self._settings.draws, self._rng))
        fresh = field[~_known(field, self._told.points)]
        field = fresh if len(fresh) else field
        few = min(count, self._settings.each)
        chosen = self._improving if self._settings.way == "improvement" else self._descending
        self._asked = self._distinct(chosen(regression, field, few))[:few]
        return self._asked

    def learn(self, losses: Floats) -> None:
        """Take the losses of the points last proposed."""
        rounds = np.full(len(losses), float(self._round))
        new = Told(self._asked, losses, rounds)
        joined = (np.concatenate(pair)[-REMEMBERED:] for pair in zip(self._told, new, strict=True))
        self._told = Told(*joined)
        self._round += 1
        self._fitted = self._refitted(len(losses))
        expected = self._fitted.mean(self._white(self._told.points))
        self._best = self._told.points[int(np.argmin(expected))]

    @property
    def _around(self) -> Gaussian:
        """Where is looked: as wide as the start, in turns around its mean and around the best."""
        return self._start if self._round % 2 else self.distribution

    def _white(self, points: Points) -> Points:
        return self._whitening.white(points) / self._start.sigma

    def _back(self, points: Points) -> Points:
        return self._whitening.back(points * self._start.sigma)

    def _refitted(self, new: int) -> Regression:
        white = self._told._replace(points=self._white(self._told.points))
        self._losses += new
        if self._losses < GROWTH * self._tuned_at:
            return Regression(white, self._fitted.setting)
        self._tuned_at = self._losses
        return Regression(white)

    def _distinct(self, points: Points) -> Points:
        """Return the points, at their places where these are known, each once, in order."""
        if self._place is None:
            return points
        placed = np.stack([self._place(point) for point in points])
        _, first = np.unique(placed, axis=0, return_index=True)
        return np.asarray(placed[np.sort(first)], dtype=np.float64)

    def _improving(self, regression: Regression, field: Points, few: int) -> Points:
        everyone = np.vstack([self._best, field])
        white = self._white(everyone)
        times = np.zeros(len(everyone), dtype=np.intp)
        times[0] = 1  # the leader is the best point asked
        posterior = Posterior(
            regression.mean(white), regression.covariance(white), regression.noise, times
        )
        return everyone[best_improvements(posterior, few)]

    def _descending(self, regression: Regression, field: Points, few: int) -> Points:
        asked = np.unique(self._told.points, axis=0)
        order = np.argsort(regression.mean(self._white(asked)), kind="stable")[:few]
        ends = np.stack([self._down(regression, point) for point in self._white(asked[order])])
        led = self._distinct(self._back(ends))
        led = led[~_known(led, self._told.points)]
        unsure = np.diag(regression.covariance(self._white(field)))
        nearby = field[np.argsort(-unsure, kind="stable")]
        return np.vstack([led, nearby])[:few]

    def _down(self, regression: Regression, point: Floats) -> Floats:
        for _ in range(STEPS):
            slope = regression.slope(point)
            length = float(np.sqrt(slope @ slope))
            if length == 0:
                break
            point = point - STEP * slope / length
        return point


def _known(points: Points, told: Points) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    rows = {row.tobytes() for row in told}
    return np.array([point.tobytes() in rows for point in points], dtype=np.bool_)


def _gaussian(distribution: Distribution) -> Gaussian:
    if isinstance(distribution, Gaussian):
        return distribution
    raise ValueError(
        f"distribution: a Gaussian process is over vectors, not over a "
        f"{type(distribution).__name__}; use a continuous space, or surrogate for choices"
    )
