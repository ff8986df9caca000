"""Many candidates at a time by what one more loss may bring: expected improvement, lower bounds.

After each candidate taken, its loss is imagined at its mean: that leaves all means and shrinks the
covariance (Desautels 2014, JMLR 15, GP-BUCB), so that the next one is another kind of prompt.
"""

import math
from collections.abc import Callable

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.optimizers.evidence import Indices, Posterior

Worth = Callable[[Floats, Floats], Floats]
"""Means and standard deviations to how much a candidate is worth asking, all of shape (n,)."""


def best_improvements(posterior: Posterior, count: int) -> Indices:
    """Return the leader, and those from which most improvement on it is expected.

    Args:
        posterior: what is believed.
        count: how many, >= 1.
    """
    leader = posterior.leader
    goal = float(posterior.mean[leader])

    def improvement(mean: Floats, deviation: Floats) -> Floats:
        safe = np.maximum(deviation, 1e-12)
        gap = (goal - mean) / safe
        below = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in gap])
        density = np.exp(-(gap**2) / 2) / math.sqrt(2 * math.pi)
        expected: Floats = safe * (gap * below + density)
        return expected

    return _one_by_one(posterior, count, improvement, [leader])


def lowest_bounds(posterior: Posterior, count: int, width: float) -> Indices:
    """Return those with the least mean - width * standard deviation.

    Args:
        posterior: what is believed.
        count: how many, >= 1.
        width: >= 0.
    """
    return _one_by_one(posterior, count, lambda mean, sd: width * sd - mean, [])


def _one_by_one(posterior: Posterior, count: int, worth: Worth, taken: list[int]) -> Indices:
    cov = posterior.cov
    for number in taken:
        cov = _imagined(cov, number, posterior.noise)
    chosen = list(taken)
    while len(chosen) < min(count, posterior.mean.size):
        value = worth(posterior.mean, np.sqrt(np.maximum(np.diag(cov), 0.0)))
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
        cov = _imagined(cov, chosen[-1], posterior.noise)
    return np.array(chosen, dtype=np.intp)


def _imagined(cov: Floats, number: int, noise: float) -> Floats:
    column = cov[:, number]
    smaller: Floats = cov - np.outer(column, column) / (column[number] + noise)
    return smaller
