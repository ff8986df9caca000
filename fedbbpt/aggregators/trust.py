"""How much each owner's Gaussian counts in a merge."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from fedbbpt.aggregators.weighting import stacked
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report

Trust = Literal["size", "uniform", "gain", "certainty"]
"""By examples; all alike; by examples and by how far the own mode beats the broadcast one on the
owner's examples; by examples and the inverse of the mean variance."""


def check_trust(weights: str) -> None:
    """Refuse an unknown way to weigh.

    Raises:
        ValueError: it is none of ``Trust``.
    """
    if weights not in get_args(Trust):
        raise ValueError(
            f"weights: {weights!r} is unknown; expected one of {', '.join(get_args(Trust))}"
        )


def trusted(reports: Sequence[Report], gaussians: Sequence[Gaussian], weights: Trust) -> Floats:
    """Return each owner's share, shape (reports,), summing to 1.

    By gain, an owner that gained nothing counts nothing beside one that did; where nobody gained,
    examples count. By certainty an early collapse is taken for knowledge: experimental.

    Args:
        reports: all of weight above 0.
        gaussians: what they hold, in the same order.
        weights: how to weigh.

    Raises:
        ValueError: the gain is asked for and a report holds no comparison.
    """
    sizes: Floats = np.array([report.weight for report in reports])
    match weights:
        case "uniform":
            sizes = np.ones(len(reports))
        case "gain":
            gained = np.maximum(gains(reports), 0.0) * sizes
            sizes = gained if gained.sum() > 0 else sizes
        case "certainty":
            sizes = sizes / np.array([_variance(gaussian) for gaussian in gaussians])
        case "size":
            pass
    parts: Floats = sizes / sizes.sum()
    return parts


def own_losses(reports: Sequence[Report]) -> Floats:
    """Return mean losses at the broadcast mode and at the own one, shape (reports, 2).

    Raises:
        ValueError: a report holds no comparison.
    """
    for report in reports:
        if "compared_loss_sum" not in report.statistics:
            raise ValueError(
                f"statistics.compared_loss_sum: absent from the report of {report.client}; "
                "set [search] compare = true"
            )
    sums = stacked(reports, "compared_loss_sum", (2,))
    items = stacked(reports, "compared_items", (1,))
    if (items <= 0).any():
        silent = [r.client for r, n in zip(reports, items, strict=True) if n <= 0]
        raise ValueError(f"statistics.compared_items: nothing was compared at {', '.join(silent)}")
    losses: Floats = sums / items
    return losses


def gains(reports: Sequence[Report]) -> Floats:
    """Return how far the own mode beats the broadcast one, in mean loss, shape (reports,).

    Raises:
        ValueError: a report holds no comparison.
    """
    losses = own_losses(reports)
    gained: Floats = losses[:, 0] - losses[:, 1]
    return gained


def _variance(gaussian: Gaussian) -> float:
    if gaussian.cov is None:
        return gaussian.sigma**2
    diagonal = gaussian.cov if gaussian.cov.ndim == 1 else np.diagonal(gaussian.cov)
    return gaussian.sigma**2 * float(diagonal.mean())
