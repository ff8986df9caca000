"""Slopes along random directions, and the gradient that they estimate.

Nesterov and Spokoiny 2017, Foundations of Computational Mathematics 17 (Gaussian smoothing); the
halves that must agree: FwdLLM, Xu et al. 2024, arXiv:2308.13894.
"""

import numpy as np

from fedbbpt.distributions import Floats


def central_slopes(ahead: Floats, behind: Floats, smoothing: float) -> Floats:
    """Return (f(z + mu u) - f(z - mu u)) / (2 mu) a direction, shape (q,); exact on quadratics."""
    slopes: Floats = (ahead - behind) / (2 * smoothing)
    return slopes


def forward_slopes(ahead: Floats, here: float, smoothing: float) -> Floats:
    """Return (f(z + mu u) - f(z)) / mu a direction, shape (q,); its bias is of order mu."""
    slopes: Floats = (ahead - here) / smoothing
    return slopes


def gradient_of(slopes: Floats, directions: Floats) -> Floats:
    """Return the mean of slope times direction, shape (d,).

    With E[u uᵀ] = I and exact slopes it is unbiased. Its mean squared error, as a multiple of the
    squared gradient, is (d + 1) / q for Gaussian directions, (d - 1) / q for signs and d / q - 1
    for orthogonal directions and coordinates, q <= d; noise of standard deviation s in a loss adds
    d s^2 / (2 q mu^2) to that of central slopes.

    Args:
        slopes: shape (q,).
        directions: shape (q, d).
    """
    mean: Floats = slopes @ directions / len(slopes)
    return mean


def agreement(slopes: Floats, directions: Floats) -> float:
    """Return the cosine between the estimates of two halves, in [-1, 1]; -1 where there are none.

    About 0 says that the estimate is mostly chance.
    """
    middle = len(slopes) // 2
    if middle < 1:
        return -1.0
    first = gradient_of(slopes[:middle], directions[:middle])
    second = gradient_of(slopes[middle:], directions[middle:])
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths > 0 else -1.0
