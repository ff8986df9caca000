"""Zeroth-order descent: finite differences along a few random directions.

Two-point estimates as in MeZO (Malladi et al. 2023, arXiv:2305.17333), SPSA (Spall 1998), forward
gradients as in FwdLLM (Xu et al. 2024, arXiv:2308.13894).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Points
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.descent import Descent, check_rule, smoothing_gain
from fedbbpt.optimizers.directions import KINDS, directions_at
from fedbbpt.optimizers.keeping import RECHECKED, Keeping, check_reevaluate
from fedbbpt.optimizers.slopes import agreement, central_slopes, forward_slopes, gradient_of
from fedbbpt.optimizers.whitening import Whitening

__all__ = ["ZerothOrder"]

ESTIMATES = ("antithetic", "forward")


@dataclass(frozen=True, slots=True)
class ZerothOrder:
    """Ask around the mean, estimate the gradient there, step.

    Both points of a pair are scored on the same examples, so that most of the noise cancels.
    Lengths are in the units of the space, along the start's covariance where it has one (the
    directions are L u with L Lᵀ = cov); the start's sigma only tells the belief's spread, which
    this method does not learn.

    Attributes:
        directions: most directions a round, >= 1.
        estimate: ``"antithetic"`` asks z + mu u and z - mu u, ``"forward"`` z + mu u and once z.
        along: ``"gaussian"``, ``"rademacher"`` (SPSA's signs), ``"orthogonal"``, ``"coordinate"``.
        smoothing: mu, > 0. Noise of the loss wants it large, curvature small.
        step: ``"adam"``, ``"momentum"``, ``"sgd"``, or ``"spsa"``, whose learning rate and
            smoothing shrink as published: a / (A + k + 1)^0.602 and c / (k + 1)^0.101.
        learning_rate: > 0; SPSA's a.
        stability: SPSA's A, >= 0.
        clip: longest |z| of the mean, >= 0; 0 sets no bound.
        proximal: strength of a pull to where the search began, >= 0 (FedProx, Li et al. 2020,
            arXiv:1812.06127); it asks nothing and keeps local searches near the broadcast.
        agreement: least cosine between the estimates of two halves of the directions before a step
            is taken, in [0, 1); until then further rounds add directions. 0 steps every round.
        patience: most rounds that one step may take, >= 1.
        reevaluate: every so many rounds the mean and the best point so far are asked again; 0
            never.

    Raises:
        ValueError: a value out of its range.
    """

    directions: int = 10
    estimate: Literal["antithetic", "forward"] = "antithetic"
    along: Literal["gaussian", "rademacher", "orthogonal", "coordinate"] = "gaussian"
    smoothing: float = 0.1
    step: Literal["adam", "momentum", "sgd", "spsa"] = "adam"
    learning_rate: float = 0.05
    stability: float = 0.0
    clip: float = 0.0
    proximal: float = 0.0
    agreement: float = 0.0
    patience: int = 4
    reevaluate: int = 0

    def __post_init__(self) -> None:
        if self.directions < 1:
            raise ValueError(f"directions: {self.directions} is too few; give at least 1")
        if self.estimate not in ESTIMATES:
            raise ValueError(
                f"estimate: {self.estimate!r} is unknown; use one of {', '.join(ESTIMATES)}"
            )
        if self.along not in KINDS:
            raise ValueError(f"along: {self.along!r} is unknown; use one of {', '.join(KINDS)}")
        if not 0 < self.smoothing < math.inf:
            raise ValueError(f"smoothing: {self.smoothing} is not above 0; try 0.1")
        check_rule(self.step, self.learning_rate)
        bounds = {"stability": self.stability, "clip": self.clip, "proximal": self.proximal}
        for name, value in bounds.items():
            if not 0 <= value < math.inf:
                raise ValueError(f"{name}: {value} is below 0 or not finite; 0 leaves it out")
        if not 0 <= self.agreement < 1:
            raise ValueError(f"agreement: {self.agreement} is not in [0, 1); 0 leaves it out")
        if self.patience < 1:
            raise ValueError(f"patience: {self.patience} is too few rounds; give at least 1")
        check_reevaluate(self.reevaluate)

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at the mean of ``distribution``.

        Raises:
            ValueError: the distribution is not Gaussian, or its covariance is singular.
        """
        if not isinstance(distribution, Gaussian):
            raise ValueError(
                f"distribution: zo steps through a space of vectors, not a "
                f"{type(distribution).__name__}; use a continuous space, or "
                "policy_gradient over choices"
            )
        return Keeping(_Descending(self, distribution, rng), self.reevaluate)


class _Descending:
    """A running descent; directions come from a seed and their number."""

    def __init__(self, settings: ZerothOrder, start: Gaussian, rng: np.random.Generator) -> None:
        self._settings = settings
        self._whitening = Whitening.of(start)
        self._descent = Descent(settings.step, settings.learning_rate, settings.stability)
        self._seed = int(rng.integers(2**62))
        self._drawn = 0
        self._directions: Floats = np.empty((0, start.mean.size))
        # of the rounds since the last step
        self._collected: list[tuple[Floats, Floats]] = []
        self.distribution = start
        self.ended = ""

    def propose(self, count: int) -> Points:
        """Return the pairs, or the mean and the points around it."""
        mean = self.distribution.mean
        if self.ended:
            return np.empty((0, mean.size))
        taken = self._number(count)
        along = self._settings.along
        self._directions = directions_at(along, self._seed, self._drawn, (taken, mean.size))
        self._drawn += taken
        steps = self._smoothing * self._whitening.turned(self._directions)
        if self._settings.estimate == "antithetic":
            return np.concatenate([mean + steps, mean - steps])
        return np.concatenate([mean[None], mean + steps])

    def learn(self, losses: Floats) -> None:
        """Step, or wait for a further round where the directions do not agree yet."""
        self._collected.append((self._slopes(losses), self._directions))
        slopes = np.concatenate([slopes for slopes, _ in self._collected])
        directions = np.concatenate([directions for _, directions in self._collected])
        settings = self._settings
        waits = settings.agreement > 0 and len(self._collected) < settings.patience
        if waits and agreement(slopes, directions) < settings.agreement:
            return
        self._collected = []
        with np.errstate(over="ignore", invalid="ignore"):  # told as the reason of the end
            step = self._descent.step(gradient_of(slopes, directions) + self._pull())
            moved = self.distribution.mean - self._whitening.turned(step[None])[0]
        if not np.isfinite(moved).all():
            self.ended = "the steps diverged; lower learning_rate"
            return
        start = self.distribution
        self.distribution = Gaussian(self._clipped(moved), start.sigma, start.cov)

    @property
    def _smoothing(self) -> float:
        first = self._settings.smoothing
        if self._settings.step == "spsa":
            return smoothing_gain(first, self._descent.steps)
        return first

    def _pull(self) -> Floats:
        """Return the gradient of half the squared distance from the start, in its coordinates."""
        apart: Floats = self._whitening.white(self.distribution.mean[None])[0]
        return self._settings.proximal * apart

    def _number(self, count: int) -> int:
        antithetic = self._settings.estimate == "antithetic"
        room = count // 2 if antithetic else count - 1
        if room < 1:
            again = f" beside the {RECHECKED} re-evaluated" if self._settings.reevaluate else ""
            raise ValueError(
                f"count: {count} new points are too few; one direction takes 2 points{again}. "
                "Raise [search] candidates"
            )
        return min(self._settings.directions, room)

    def _slopes(self, losses: Floats) -> Floats:
        if self._settings.estimate == "antithetic":
            half = len(losses) // 2
            return central_slopes(losses[:half], losses[half:], self._smoothing)
        return forward_slopes(losses[1:], float(losses[0]), self._smoothing)

    def _clipped(self, mean: Floats) -> Floats:
        length = float(np.linalg.norm(mean))
        if not self._settings.clip or length <= self._settings.clip:
            return mean
        shortened: Floats = mean * (self._settings.clip / length)
        return shortened
