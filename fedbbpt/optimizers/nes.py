"""Natural evolution strategies by ranks: separable, or with a fixed spread.

SNES: Schaul, Glasmachers and Schmidhuber 2011, GECCO, with the utilities of Wierstra et al. 2014,
JMLR 15. Fixed spread: Salimans et al. 2017, arXiv:1703.03864, with mirrored pairs, centred ranks
and Adam.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Points
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.descent import Descent
from fedbbpt.optimizers.keeping import RECHECKED, Keeping, check_reevaluate
from fedbbpt.optimizers.whitening import Whitening

__all__ = ["NES"]

FORMS = ("separable", "fixed")
COLLAPSE, BLOW_UP = 1e-6, 1e3
"""Ends of a search: its largest standard deviation as a multiple of the start's."""


@dataclass(frozen=True, slots=True)
class NES:
    """Draw around the mean, weigh by rank, follow the natural gradient.

    Only ranks count, so that outliers and any monotone change of the loss make no difference.

    Attributes:
        population: most points a generation, >= 4; 0 takes 4 + 3 ln(d). An odd one is rounded down
            where points are mirrored.
        form: ``"separable"`` learns a standard deviation a coordinate; ``"fixed"`` keeps the
            spread of the start and moves the mean with Adam, from mirrored pairs.
        learning_rate: for ``"separable"`` the mean's, 1 as published; for ``"fixed"`` Adam's, in
            standard deviations. > 0; 0 takes 1 or 0.1.
        reevaluate: every so many generations the mean and the best point so far are asked again; 0
            never.

    Raises:
        ValueError: a value out of its range.
    """

    population: int = 0
    form: Literal["separable", "fixed"] = "separable"
    learning_rate: float = 0.0
    reevaluate: int = 0

    def __post_init__(self) -> None:
        if self.population and self.population < 4:
            raise ValueError(
                f"population: {self.population} is too few to rank; give at least 4, or 0"
            )
        if self.form not in FORMS:
            raise ValueError(f"form: {self.form!r} is unknown; use one of {', '.join(FORMS)}")
        if not 0 <= self.learning_rate < math.inf:
            raise ValueError(f"learning_rate: {self.learning_rate} is below 0; 0 takes the usual")
        check_reevaluate(self.reevaluate)

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at ``distribution``, along its axes where it has a covariance.

        Raises:
            ValueError: the distribution is not Gaussian, or its covariance is singular.
        """
        if not isinstance(distribution, Gaussian):
            raise ValueError(
                f"distribution: nes moves a Gaussian, not a {type(distribution).__name__}; use a "
                "continuous space, or policy_gradient over choices"
            )
        return Keeping(_Strategy(self, distribution, rng), self.reevaluate)


def utilities(losses: Floats) -> Floats:
    """Return a weight a rank, shape (n,), summing to 0, largest for the smallest loss.

    max(0, ln(n/2 + 1) - ln rank), made to sum to 1, less 1/n. Equal losses share their weights, so
    that flat losses move nothing.
    """
    n = len(losses)
    raw = np.maximum(0.0, math.log(n / 2 + 1) - np.log(np.arange(1, n + 1)))
    return _by_rank(losses, raw / raw.sum() - 1 / n)


def centred_ranks(losses: Floats) -> Floats:
    """Return weights from 0.5 for the smallest loss to -0.5, shape (n,); equal losses share."""
    return _by_rank(losses, np.linspace(0.5, -0.5, len(losses)))


def _by_rank(losses: Floats, weights: Floats) -> Floats:
    _, group, sizes = np.unique(losses, return_inverse=True, return_counts=True)
    ordered = np.empty_like(weights)
    ordered[np.argsort(losses, kind="stable")] = weights
    shared: Floats = np.bincount(group, weights=ordered)[group] / sizes[group]
    return shared


class _Strategy:
    """A running strategy in the coordinates in which the start is N(0, I)."""

    def __init__(self, settings: NES, start: Gaussian, rng: np.random.Generator) -> None:
        self._settings = settings
        self._start = start
        self._whitening = Whitening.of(start)
        self._rng = rng
        size = start.mean.size
        self._mean: Floats = np.zeros(size)
        self._spread: Floats = np.ones(size)
        self._draws: Points = np.empty((0, size))
        self._descent = Descent("adam", settings.learning_rate or 0.1)
        self.ended = ""

    @property
    def distribution(self) -> Gaussian:
        """N(mean, spread^2) in the coordinates of the start."""
        start, settings = self._start, self._settings
        mean = self._back(self._mean[None])[0]
        if settings.form == "fixed":
            return Gaussian(mean, start.sigma, start.cov)
        # One scale is sigma's, the rest is the covariance's.
        scale = float(np.exp(np.log(self._spread).mean()))
        shape = self._whitening.covariance((self._spread / scale) ** 2)
        return Gaussian(mean, start.sigma * scale, shape)

    def propose(self, count: int) -> Points:
        """Return one generation."""
        size = self._mean.size
        if self.ended:
            return np.empty((0, size))
        number = min(self._settings.population or 4 + int(3 * math.log(size)), count)
        if number < 4:
            again = f" beside the {RECHECKED} re-evaluated" if self._settings.reevaluate else ""
            raise ValueError(
                f"count: {count} new points are too few to rank{again}; raise [search] candidates "
                "so that 4 are"
            )
        if self._settings.form == "fixed":
            half = self._rng.standard_normal((number // 2, size))
            self._draws = np.concatenate([half, -half])
        else:
            self._draws = self._rng.standard_normal((number, size))
        return self._back(self._mean + self._spread * self._draws)

    def learn(self, losses: Floats) -> None:
        """Follow the natural gradient of the ranks."""
        if self._settings.form == "fixed":
            weights = centred_ranks(losses) / len(losses)
            self._mean = self._mean - self._descent.step(-(weights @ self._draws))
            return
        weights, size = utilities(losses), self._mean.size
        rate = (3 + math.log(size)) / (5 * math.sqrt(size))
        step = weights @ self._draws
        self._mean = self._mean + (self._settings.learning_rate or 1.0) * self._spread * step
        self._spread = self._spread * np.exp(rate / 2 * (weights @ (self._draws**2 - 1)))
        growth = float(self._spread.max())
        if growth < COLLAPSE:
            self.ended = f"the spread collapsed to {growth:.3g} of the start's"
        elif growth > BLOW_UP:
            self.ended = f"the spread blew up to {growth:.3g} times the start's"

    def _back(self, points: Points) -> Points:
        return self._whitening.back(self._start.sigma * points)
