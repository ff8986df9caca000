"""Federated averaging of Gaussians: the Wasserstein-2 barycentre."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.barycentre import barycentre
from fedbbpt.aggregators.gaussians import believed, covariance, gaussian_of, is_full
from fedbbpt.aggregators.running_mean import RunningMean
from fedbbpt.aggregators.trust import Trust, check_trust, trusted
from fedbbpt.aggregators.weighting import counted
from fedbbpt.messages import Report, State

__all__ = ["FedavgGaussian"]


@dataclass(frozen=True, slots=True)
class FedavgGaussian:
    """Average the owners' means, and their standard deviations along each axis.

    Laws: the result minimises the weighted sum of squared Wasserstein-2 distances to the owners'
    Gaussians; owners who agree are believed; moving or stretching all of them moves or stretches
    the result. For diagonal covariances it is the mean of standard deviations, and averaging sigma
    where there are none.

    Attributes:
        weights: ``"size"``, ``"uniform"``, ``"gain"`` (needs ``[search] compare``) or
            ``"certainty"`` (experimental: who collapsed first is believed most).

    Raises:
        ValueError: unknown weights.
    """

    weights: Trust = "size"

    def __post_init__(self) -> None:
        check_trust(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the average.

        Raises:
            ValueError: no report has weight, the state is no Gaussian, or a report holds none that
                fits.
        """
        present = counted(reports)
        gaussians = believed(state, present)
        parts = trusted(present, gaussians, self.weights)
        if not is_full(gaussians):
            running = RunningMean(state)
            # Whole weights, not shares, so that feeding one by one comes to the same bits.
            sizes = [r.weight for r in present] if self.weights == "size" else parts.tolist()
            for gaussian, size in zip(gaussians, sizes, strict=True):
                running.add_gaussian(gaussian, size)
            return running.state
        mean = parts @ np.stack([gaussian.mean for gaussian in gaussians])
        shapes = [covariance(gaussian, full=True) for gaussian in gaussians]
        merged = gaussian_of(mean, barycentre(shapes, parts))
        return replace(state, round=state.round + 1, distribution=merged)
