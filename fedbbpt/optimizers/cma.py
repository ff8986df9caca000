"""CMA-ES by pycma: Hansen 2016, arXiv:1604.00772; separable: Ros and Hansen 2008, PPSN.

It is started from any Gaussian by whitening and driven through pycma's public methods only. pycma's
own stopping rules are for functions without noise and are not asked; what ends a search here is
named in ``ended``.
"""

import importlib
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Points
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.keeping import RECHECKED, Keeping, check_reevaluate
from fedbbpt.optimizers.whitening import Whitening

__all__ = ["CMA"]

LEAST = 4
"""Smallest population: two parents, so that recombination means something."""

CONDITION = 1e14
"""Largest ratio of the covariance's eigenvalues that float64 can still turn into samples."""


@dataclass(frozen=True, slots=True)
class CMA:
    """Sample, rank, move the mean, and learn step size and covariance.

    Attributes:
        population: points a generation, >= 4; 0 takes 4 + 3 ln(d), or what a round allows if less.
        diagonal: learn a variance a coordinate instead of a full covariance: a step takes O(d)
            instead of O(d^2) memory, and learns faster where d is above some tens.
        reevaluate: every so many generations the mean and the best point so far are asked again,
            beside the population; 0 never.
        collapse: the search ends when its largest standard deviation is below this part of the
            start's, in (0, 1).
        blow_up: the search ends when it is above this multiple of the start's, > 1.

    Raises:
        ValueError: a value out of its range.
    """

    population: int = 0
    diagonal: bool = False
    reevaluate: int = 0
    collapse: float = 1e-6
    blow_up: float = 1e3

    def __post_init__(self) -> None:
        if self.population and self.population < LEAST:
            raise ValueError(
                f"population: {self.population} is below CMA-ES's minimum of {LEAST}; "
                "raise it, or 0 for 4 + 3 ln(d)"
            )
        check_reevaluate(self.reevaluate)
        if not 0 < self.collapse < 1:
            raise ValueError(f"collapse: {self.collapse} is not between 0 and 1; 1e-6 is usual")
        if not 1 < self.blow_up < math.inf:
            raise ValueError(f"blow_up: {self.blow_up} is not above 1; 1000 is usual")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at ``distribution``, with its mean, step size and covariance.

        Raises:
            ValueError: the distribution is not Gaussian, or its covariance is singular.
            ConfigError: cma is not installed.
        """
        if not isinstance(distribution, Gaussian):
            raise ValueError(
                f"distribution: cma moves a Gaussian, not a {type(distribution).__name__}; use a "
                "continuous space, or an optimizer of choices such as genetic"
            )
        if distribution.mean.size < 2:
            raise ValueError("distribution: CMA-ES needs at least 2 coordinates; widen the space")
        return Keeping(_Evolution(self, distribution, rng), self.reevaluate)


class _Strategy(Protocol):
    """What is used of pycma's ``CMAEvolutionStrategy``."""

    mean: Floats
    sigma: float
    stds: Floats
    condition_number: float
    sm: Any

    def ask(self) -> list[Floats]: ...

    def tell(self, solutions: Sequence[Floats], function_values: Sequence[float]) -> None: ...


class _Evolution:
    """A running strategy in whitened coordinates; pycma is made when the population is known."""

    def __init__(self, settings: CMA, start: Gaussian, rng: np.random.Generator) -> None:
        self._settings = settings
        self._start = start
        # Without a covariance there is nothing to whiten, and the bits are those of plain pycma.
        whitened = start.cov is not None
        self._whitening = Whitening.of(start) if whitened else Whitening(np.zeros_like(start.mean))
        self._first = np.zeros_like(start.mean) if whitened else start.mean
        self._rng = rng
        self._library = _loaded()
        self._strategy: _Strategy | None = None
        self._population = 0
        self._candidates: list[Floats] = []
        self.ended = ""

    def propose(self, count: int) -> Points:
        """Return one population."""
        if self.ended:
            return np.empty((0, self._first.size))
        strategy = self._strategy or self._made(count)
        if count < self._population:
            raise ValueError(
                f"count: {count} is below this search's population of {self._population}; "
                "keep [search] candidates as it began"
            )
        self._strategy = strategy
        self._candidates = strategy.ask()
        return self._whitening.back(np.stack(self._candidates))

    def learn(self, losses: Floats) -> None:
        """Update the strategy, and end it where its numbers stop meaning anything."""
        if self._strategy is None:
            return
        self._strategy.tell(self._candidates, losses.tolist())
        self.ended = self._reason(self._strategy)

    @property
    def distribution(self) -> Gaussian:
        """N(mean, sigma^2 C) in the coordinates of the start."""
        if self._strategy is None:
            return self._start
        strategy = self._strategy
        mean = self._whitening.back(strategy.mean[None])[0]
        return Gaussian(
            mean, float(strategy.sigma), self._whitening.covariance(self._shape(strategy))
        )

    def _made(self, count: int) -> _Strategy:
        usual = 4 + int(3 * math.log(self._first.size))
        population = self._settings.population or min(usual, count)
        if count < population or population < LEAST:
            needed = max(population, LEAST)
            room = f" and {RECHECKED} re-evaluated" if self._settings.reevaluate else ""
            raise ValueError(
                f"population: {needed} points{room} are asked for at least, and a round has room "
                f"for {count} new ones; raise [search] candidates or lower population (CMA-ES's "
                f"minimum is {LEAST})"
            )
        self._population = population
        options = {
            "seed": np.nan,  # pycma would seed and use numpy's global generator
            "randn": lambda *shape: self._rng.standard_normal(shape),
            "popsize": population,
            "CMA_diagonal": self._settings.diagonal,
            "conditioncov_alleviate": False,  # would move to coordinates of its own; None means on
            "verbose": -10,  # no messages, no files
        }
        with warnings.catch_warnings():  # pycma adds a filter to those of the process
            made: _Strategy = self._library.CMAEvolutionStrategy(
                self._first, self._start.sigma, options
            )
        return made

    def _shape(self, strategy: _Strategy) -> Floats:
        if self._settings.diagonal:
            return _variances(strategy)
        covariance: Floats = strategy.sm.covariance_matrix
        return covariance

    def _reason(self, strategy: _Strategy) -> str:
        variances = _variances(strategy)
        diagonal = self._settings.diagonal
        ratio = variances.max() / variances.min() if diagonal else strategy.condition_number
        if ratio > CONDITION:
            return (
                f"the longest axis of the covariance is {math.sqrt(ratio):.3g} times the shortest"
            )
        growth = strategy.sigma * math.sqrt(variances.max()) / self._start.sigma
        if growth < self._settings.collapse:
            return f"the step size collapsed to {growth:.3g} of the start's"
        if growth > self._settings.blow_up:
            return f"the step size blew up to {growth:.3g} times the start's"
        return ""


def _variances(strategy: _Strategy) -> Floats:
    variances: Floats = (strategy.stds / strategy.sigma) ** 2
    return variances


def _loaded() -> ModuleType:
    # Late: it takes longer to load than the rest of the program. It also warns that matplotlib,
    # which only its plots need, is absent.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("cma")
        except ModuleNotFoundError as error:
            raise ConfigError(
                '[optimizer] use = "cma": cma is not installed; pip install "fedbbpt[cma]"'
            ) from error
