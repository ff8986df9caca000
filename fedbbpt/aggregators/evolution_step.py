"""One step of CMA-ES from points that others sampled.

Hansen 2016, arXiv:1604.00772, equations (14) to (47) without active (negative) weights; separable
learning rates: Ros and Hansen 2008.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.aggregators.gaussians import root
from fedbbpt.distributions import Floats


class Paths(NamedTuple):
    """What a strategy remembers.

    ``step`` and ``shape`` have shape (d,): the evolution paths of the step size and of the
    covariance; ``steps`` counts the steps so far.
    """

    step: Floats
    shape: Floats
    steps: int


class Stepped(NamedTuple):
    """The outcome of one step.

    ``move`` has shape (d,): the mean's step in units of the parents' step size; ``growth`` is the
    factor of the step size; ``cov`` is C, None for the identity, of shape (d,) or (d, d).
    """

    move: Floats
    growth: float
    cov: Floats | None
    paths: Paths


@dataclass(frozen=True, slots=True)
class Rates:
    """Learning rates for ``size`` coordinates and recombination weights, best first.

    Attributes:
        size: d.
        mass: effective number of parents, mu_eff.
        separable: the covariance is diagonal.
    """

    size: int
    mass: float
    separable: bool

    @property
    def step_path(self) -> float:
        """c_sigma."""
        return (self.mass + 2) / (self.size + self.mass + 5)

    @property
    def damping(self) -> float:
        """d_sigma."""
        extra = max(0.0, math.sqrt(max(0.0, self.mass - 1) / (self.size + 1)) - 1)
        return 1 + self.step_path + 2 * extra

    @property
    def shape_path(self) -> float:
        """c_c."""
        ratio = self.mass / self.size
        return (4 + ratio) / (self.size + 4 + 2 * ratio)

    @property
    def covariance(self) -> tuple[float, float]:
        """c_1 and c_mu."""
        faster = (self.size + 2) / 3 if self.separable else 1.0
        one = min(1.0, faster * 2 / ((self.size + 1.3) ** 2 + self.mass))
        many = faster * 2 * (self.mass - 2 + 1 / self.mass) / ((self.size + 2) ** 2 + self.mass)
        return one, min(1 - one, many)

    @property
    def length(self) -> float:
        """Expected length of a standard normal vector, chi_d."""
        d = self.size
        return math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d**2))


def parent_weights(parents: int, base: float) -> Floats:
    """Return recombination weights ln(base) - ln(i), best first, shape (parents,), summing to 1."""
    raw: Floats = math.log(base) - np.log(np.arange(1, parents + 1))
    weights: Floats = raw / raw.sum() if parents > 1 else np.ones(1)
    return weights


def evolution_step(cov: Floats | None, steps: Floats, weights: Floats, paths: Paths) -> Stepped:
    """Return the mean's move, the step-size factor and the next covariance.

    Laws: the move is the weighted mean of ``steps``, whatever the paths say; the covariance stays
    positive definite.

    Args:
        cov: C; None, (d,) or (d, d); its form is kept.
        steps: y, shape (parents, d), best first: parents less the mean, over their step size.
        weights: shape (parents,), summing to 1.
        paths: as the last step left them.
    """
    mass = float(1 / (weights @ weights))
    rates = Rates(steps.shape[1], mass, cov is None or cov.ndim == 1)
    average: Floats = weights @ steps
    keep = 1 - rates.step_path
    gain = math.sqrt(rates.step_path * (2 - rates.step_path) * mass)
    step_path = keep * paths.step + gain * _whitened(average, cov)
    length = float(np.linalg.norm(step_path))
    growth = math.exp(rates.step_path / rates.damping * (length / rates.length - 1))
    usual = math.sqrt(1 - keep ** (2 * (paths.steps + 1))) * (1.4 + 2 / (rates.size + 1))
    moving = length / rates.length < usual
    slow = rates.shape_path
    shape_path = (1 - slow) * paths.shape
    if moving:
        shape_path = shape_path + math.sqrt(slow * (2 - slow) * mass) * average
    shaped = None if cov is None else _learned(cov, shape_path, steps, weights, rates)
    return Stepped(average, growth, shaped, Paths(step_path, shape_path, paths.steps + 1))


def _whitened(vector: Floats, cov: Floats | None) -> Floats:
    if cov is None:
        return vector
    if cov.ndim == 1:
        return vector / np.sqrt(cov)
    return np.asarray(np.linalg.solve(root(cov), vector), dtype=np.float64)


def _learned(cov: Floats, path: Floats, steps: Floats, weights: Floats, rates: Rates) -> Floats:
    one, many = rates.covariance
    if cov.ndim == 1:
        diagonal: Floats = (1 - one - many) * cov + one * path**2 + many * (weights @ steps**2)
        return diagonal
    spread: Floats = (steps.T * weights) @ steps
    learned: Floats = (1 - one - many) * cov + one * np.outer(path, path) + many * spread
    return (learned + learned.T) / 2
