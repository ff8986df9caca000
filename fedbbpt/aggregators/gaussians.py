"""The owners' Gaussians side by side, in one form of covariance."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.beliefs import from_statistics
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State


def cloud(state: State) -> Gaussian:
    """Return the state's distribution where it is a Gaussian.

    Raises:
        ValueError: it is another kind of distribution.
    """
    if not isinstance(state.distribution, Gaussian):
        raise ValueError(
            f"distribution: this rule merges Gaussians, not a {type(state.distribution).__name__}; "
            "use a continuous space, or by_parts for a product"
        )
    return state.distribution


def believed(state: State, reports: Sequence[Report]) -> tuple[Gaussian, ...]:
    """Return what each owner's search believes, in the order given.

    Raises:
        ValueError: the state is no Gaussian, or a report holds none that fits; it names the owner.
    """
    start = cloud(state)
    return tuple(one_belief(report, start) for report in reports)


def one_belief(report: Report, start: Gaussian) -> Gaussian:
    """Return what one owner's search believes.

    Raises:
        ValueError: the report holds no Gaussian that fits ``start``; the text names the owner.
    """
    try:
        found = from_statistics(report.statistics, start)
    except ValueError as error:
        raise ValueError(f"{report.client}: {error}") from error
    if not isinstance(found, Gaussian):
        raise ValueError(f"{report.client}: a Gaussian is expected")
    return found


def is_full(gaussians: Sequence[Gaussian]) -> bool:
    """Say whether one of them has a full covariance."""
    return any(g.cov is not None and g.cov.ndim == 2 for g in gaussians)


def covariance(gaussian: Gaussian, *, full: bool) -> Floats:
    """Return sigma^2 C, of shape (d, d) if ``full``, else (d,); a full C must be asked for so."""
    square = gaussian.sigma**2
    if gaussian.cov is None:
        diagonal: Floats = np.full(gaussian.mean.size, square)
    elif gaussian.cov.ndim == 2:
        return square * gaussian.cov
    else:
        diagonal = square * gaussian.cov
    return np.diag(diagonal) if full else diagonal


def gaussian_of(mean: Floats, variances: Floats, *, plain: bool = False) -> Gaussian:
    """Return N(mean, variances) with sigma^2 the mean variance of a coordinate.

    Args:
        mean: shape (d,).
        variances: shape (d,) or (d, d).
        plain: leave the covariance out, where all variances are equal.

    Raises:
        ValueError: the variances are no covariance.
    """
    diagonal = variances if variances.ndim == 1 else np.diagonal(variances)
    square = float(diagonal.mean())
    if not 0 < square < np.inf:
        raise ValueError(f"sigma: a merged variance of {square:.3g} is none; the search diverged")
    return Gaussian(mean, float(np.sqrt(square)), None if plain else variances / square)


def are_plain(gaussians: Sequence[Gaussian]) -> bool:
    """Say whether all of them have the identity as their covariance."""
    return all(g.cov is None for g in gaussians)


def root(matrix: Floats) -> Floats:
    """Return the symmetric square root of a positive semi-definite matrix, shape (d, d)."""
    values, vectors = np.linalg.eigh(matrix)
    symmetric: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return symmetric
