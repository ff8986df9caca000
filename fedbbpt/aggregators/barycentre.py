"""The covariance that is nearest to several others in the Wasserstein-2 distance.

Agueh and Carlier 2011, doi:10.1137/100805741; the fixed point of Alvarez-Esteban et al. 2016,
arXiv:1511.05355.
"""

from collections.abc import Sequence

import numpy as np

from fedbbpt.aggregators.gaussians import root
from fedbbpt.distributions import Floats

CLOSE = 1e-10
"""Relative change of the covariance at which the iteration stops."""

MOST = 50
"""Most iterations; a handful is usual."""


def barycentre(covariances: Sequence[Floats], parts: Floats) -> Floats:
    """Return the barycentre of positive definite matrices, shape (d, d).

    Laws: of equal matrices it is that matrix; of diagonal ones it is diagonal, with the weighted
    mean of standard deviations.

    Args:
        covariances: each of shape (d, d).
        parts: shape (n,), >= 0, summing to 1.
    """
    pairs = list(zip(parts, covariances, strict=True))
    found: Floats = np.sum([part * matrix for part, matrix in pairs], axis=0)
    for _ in range(MOST):
        middle = root(found)
        mean = np.sum([part * root(middle @ matrix @ middle) for part, matrix in pairs], axis=0)
        back = np.linalg.solve(middle, mean)
        after: Floats = back @ back.T
        change = float(np.linalg.norm(after - found) / np.linalg.norm(found))
        found = (after + after.T) / 2
        if change < CLOSE:
            break
    return found
