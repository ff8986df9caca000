"""The log-linear pool of Gaussians: owners count where they are sure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.gaussians import are_plain, believed, covariance, gaussian_of, is_full
from fedbbpt.aggregators.trust import Trust, check_trust, trusted
from fedbbpt.aggregators.weighting import counted
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State

__all__ = ["PrecisionPool"]


@dataclass(frozen=True, slots=True)
class PrecisionPool:
    """Average precisions, and means weighted by them. Experimental.

    A search's spread says how far its steps are, not how much it knows: the owner that collapsed
    first is believed most.

    Laws: p is proportional to the product of all ``p_k ** share``; where all covariances are equal
    the mean is that of the means and the covariance stays; owners who agree are believed.

    Attributes:
        weights: as for ``fedavg_gaussian``.

    Raises:
        ValueError: unknown weights.
    """

    weights: Trust = "size"

    def __post_init__(self) -> None:
        check_trust(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the pooled Gaussian.

        Raises:
            ValueError: no report has weight, the state is no Gaussian, or a report holds none that
                fits.
        """
        present = counted(reports)
        gaussians = believed(state, present)
        parts = trusted(present, gaussians, self.weights)
        merged = _pooled_full(gaussians, parts) if is_full(gaussians) else _pooled(gaussians, parts)
        return replace(state, round=state.round + 1, distribution=merged)


def _pooled(gaussians: Sequence[Gaussian], parts: Floats) -> Gaussian:
    precisions = np.stack([1 / covariance(gaussian, full=False) for gaussian in gaussians])
    means = np.stack([gaussian.mean for gaussian in gaussians])
    together: Floats = parts @ precisions
    mean: Floats = (parts @ (precisions * means)) / together
    return gaussian_of(mean, 1 / together, plain=are_plain(gaussians))


def _pooled_full(gaussians: Sequence[Gaussian], parts: Floats) -> Gaussian:
    precisions = [np.linalg.inv(covariance(gaussian, full=True)) for gaussian in gaussians]
    together: Floats = np.sum([a * p for a, p in zip(parts, precisions, strict=True)], axis=0)
    pulls = [
        a * p @ gaussian.mean for a, p, gaussian in zip(parts, precisions, gaussians, strict=True)
    ]
    mean: Floats = np.linalg.solve(together, np.sum(pulls, axis=0))
    merged = np.linalg.inv(together)
    return gaussian_of(mean, (merged + merged.T) / 2)
