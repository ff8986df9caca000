"""Descent along a finite set of seeded directions, of which only scalars are kept.

FedKSeed, Qin et al. 2024, arXiv:2312.06353: a vector is its start and one number a seed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Ints, Points
from fedbbpt.optimizers import Best, ScalarSearch
from fedbbpt.optimizers.descent import Descent, check_rule
from fedbbpt.optimizers.keeping import Keeping
from fedbbpt.optimizers.scalar_log import (
    ScalarLog,
    SeedPool,
    advanced,
    placed,
    replayed,
    with_step,
)
from fedbbpt.optimizers.shared_seeds import KINDS, SharedSeeds, back
from fedbbpt.optimizers.slopes import central_slopes
from fedbbpt.optimizers.whitening import Whitening
from fedbbpt.randomness import rng as stream

__all__ = ["FiniteSeeds"]

STEPS = ("sgd", "momentum", "adam")
SAMPLINGS = ("uniform", "amplitude")


@dataclass(frozen=True, slots=True)
class FiniteSeeds:
    """Ask pairs around the mean along a few directions of a finite set, and log the slopes.

    Laws: where the search stands is a function of its start and its log, so that the log, replayed,
    gives the same mean to the last bit; with ``"sgd"`` it is one of one sum a seed. Reports carry
    losses alone. At the sizes of soft prompts the vector itself is no larger than the sums: what is
    won is that a whole search can be read, checked and made again from its scalars.

    Attributes:
        seeds: directions in the set, >= 1; ``along = "orthogonal"`` with as many as coordinates
            gives a basis.
        directions: most directions a round, >= 1 and at most ``seeds``; each takes 2 points.
        along: ``"gaussian"``, ``"rademacher"`` (signs) or ``"orthogonal"``.
        sampling: ``"uniform"``, or ``"amplitude"`` which draws directions with large slopes more
            often (FedKSeed-Pro): by the softmax of their mean amplitudes, brought to [0, 1].
        smoothing: half the distance of a pair in units of a direction, > 0.
        step: ``"sgd"``, ``"momentum"`` or ``"adam"``.
        learning_rate: > 0.
        bound: largest slope that counts, larger ones are cut; 0 sets none.

    Raises:
        ValueError: a value out of its range.
    """

    seeds: int = 1024
    directions: int = 10
    along: Literal["gaussian", "rademacher", "orthogonal"] = "gaussian"
    sampling: Literal["uniform", "amplitude"] = "uniform"
    smoothing: float = 0.1
    step: Literal["sgd", "momentum", "adam"] = "sgd"
    learning_rate: float = 0.2
    bound: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.directions <= self.seeds:
            raise ValueError(
                f"directions: {self.directions} is outside 1 to the {self.seeds} seeds; try 10"
            )
        known = {"along": KINDS, "sampling": SAMPLINGS, "step": STEPS}
        given = {"along": self.along, "sampling": self.sampling, "step": self.step}
        for name, value in given.items():
            if value not in known[name]:
                raise ValueError(f"{name}: {value!r} is unknown; use one of {known[name]}")
        if not 0 < self.smoothing < math.inf:
            raise ValueError(f"smoothing: {self.smoothing} is not above 0; try 0.1")
        check_rule(self.step, self.learning_rate)
        if not 0 <= self.bound < math.inf:
            raise ValueError(f"bound: {self.bound} is below 0 or not finite; 0 leaves it out")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> ScalarSearch:
        """Begin at the mean of ``distribution``.

        Raises:
            ValueError: the distribution is not Gaussian, or its covariance is singular.
        """
        seed = int(rng.integers(2**62))
        return _Logged(_Scalars(self, _cloud(distribution), seed, seed))

    def start_with(
        self, distribution: Distribution, rng: np.random.Generator, seed: int
    ) -> ScalarSearch:
        """Begin as ``start``, along directions that ``seed`` names, so that all owners share them.

        Raises:
            ValueError: as ``start``, or ``step`` is not ``"sgd"``, whose sums alone add up.
        """
        if self.step != "sgd":
            raise ValueError(
                f'step: {self.step!r} cannot be added up over owners; use step = "sgd"'
            )
        shared = int(stream(seed, "shared directions").integers(2**62))
        return _Logged(_Scalars(self, _cloud(distribution), shared, int(rng.integers(2**62))))

    def caught_up(self, memory: Mapping[str, Floats], start: Gaussian) -> Floats:
        """Return the mean that the server has, shape (d,), for who was not there on the way.

        Args:
            memory: of the server's state, which holds the whole log.
            start: what the search began at.

        Raises:
            ValueError: there is no log, or it is of another set of seeds.
        """
        log = ScalarLog.read(memory)
        if len(log.seeds) and log.seeds.max() >= self.seeds:
            raise ValueError(
                f"seeds: the log names number {log.seeds.max()}, and this set ends before "
                f"{self.seeds}; use the settings of the search"
            )
        seed = SharedSeeds.read(memory).seed
        pool = SeedPool(seed, self.seeds, start.mean.size, self.along)
        return back(start, replayed(log, pool, self.step, self.learning_rate))


class _Scalars:
    """A running descent in the coordinates in which the start's shape is the identity."""

    def __init__(self, settings: FiniteSeeds, start: Gaussian, seed: int, draws: int) -> None:
        self.settings = settings
        self.start = start
        self.seed = seed
        self._draws = draws
        self.log = ScalarLog.empty()
        self.distribution = start
        self.ended = ""
        self._pool = SeedPool(seed, settings.seeds, start.mean.size, settings.along)
        self._descent = Descent(settings.step, settings.learning_rate)
        self._totals: Floats = np.zeros(settings.seeds)
        self._place: Floats = np.zeros(start.mean.size)
        self._drawn: Ints = np.zeros(0, np.int64)

    def propose(self, count: int) -> Points:
        """Return pairs around the mean."""
        if self.ended:
            return np.empty((0, self._place.size))
        if count < 2:
            raise ValueError(
                f"count: {count} new points are too few; one direction takes 2 points. Raise "
                "[search] candidates"
            )
        settings = self.settings
        steps = len(self.log.ends)
        usual = settings.sampling == "uniform" or not steps
        chances = None if usual else self.log.by_amplitude(settings.seeds)
        self._drawn = stream(self._draws, "seeds of a round", round=steps).choice(
            settings.seeds, min(settings.directions, count // 2), replace=False, p=chances
        )
        ahead = settings.smoothing * self._pool.rows[self._drawn]
        turned = Whitening.of(self.start).turned(ahead)
        mean = self.distribution.mean
        return np.concatenate([mean + turned, mean - turned])

    def learn(self, losses: Floats) -> None:
        """Log the slopes and step."""
        settings, half = self.settings, len(losses) // 2
        slopes = central_slopes(losses[:half], losses[half:], settings.smoothing)
        if settings.bound:
            slopes = np.clip(slopes, -settings.bound, settings.bound)
        self.log = self.log.after(self._drawn, slopes)
        with np.errstate(over="ignore", invalid="ignore"):  # told as the reason of the end
            mean = self._moved(slopes)
        if not np.isfinite(mean).all():
            self.ended = "the steps diverged; lower learning_rate"
            return
        self.distribution = Gaussian(mean, self.start.sigma, self.start.cov)

    def _moved(self, slopes: Floats) -> Floats:
        settings = self.settings
        if settings.step == "sgd":
            self._totals = with_step(self._totals, self._drawn, slopes)
            self._place = placed(self._totals, self._pool, settings.learning_rate)
        else:
            self._place = advanced(self._place, self._descent, self._pool, self._drawn, slopes)
        return back(self.start, self._place)


class _Logged:
    """A search that also shows its scalars."""

    def __init__(self, steps: _Scalars) -> None:
        self._steps = steps
        self._keeping = Keeping(steps, reevaluate=0)

    @property
    def distribution(self) -> Distribution:
        """What is believed now."""
        return self._keeping.distribution

    @property
    def best(self) -> Best | None:
        """The best point asked so far; None before any loss."""
        return self._keeping.best

    @property
    def ended(self) -> str:
        """Why the search ended, empty while it goes on."""
        return self._keeping.ended

    @property
    def scalars(self) -> Mapping[str, Floats]:
        """The log so far, as named arrays, with what names its directions."""
        settings = self._steps.settings
        shared = SharedSeeds(
            self._steps.seed, settings.seeds, settings.along, settings.learning_rate
        )
        return {**self._steps.log.arrays(), **shared.arrays()}

    def ask(self, count: int) -> Points:
        """Return the points of one round; those not told yet are asked again.

        Raises:
            ValueError: ``count`` is below 2.
        """
        return self._keeping.ask(count)

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn the losses of the points last asked, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        self._keeping.tell(points, losses)


def _cloud(distribution: Distribution) -> Gaussian:
    if isinstance(distribution, Gaussian):
        return distribution
    raise ValueError(
        f"distribution: finite_seeds steps through a space of vectors, not a "
        f"{type(distribution).__name__}; use a continuous space, or policy_gradient over choices"
    )
