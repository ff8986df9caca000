"""The Gaussian with the moments of the owners' mixture, damped."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.gaussians import (
    are_plain,
    believed,
    cloud,
    covariance,
    gaussian_of,
    is_full,
)
from fedbbpt.aggregators.trust import Trust, check_trust, trusted
from fedbbpt.aggregators.weighting import counted
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State

__all__ = ["MomentMatching"]


@dataclass(frozen=True, slots=True)
class MomentMatching:
    """Add part of the spread between the owners' means to the mean of their covariances.

    In many dimensions means of short searches differ mostly by a random walk in flat directions:
    the whole spread would make the search wider round after round until it diverges.

    Laws: with ``between`` 1 and no bound, mean and covariance are those of the mixture, which has
    the least KL divergence to any Gaussian; with ``between`` 0 the covariance is the mean one; the
    mean standard deviation never grows by more than ``growth`` a round.

    Attributes:
        between: share of the spread between owners that is added, in [0, 1]; about the dimension
            that matters over the dimension of the space.
        growth: most growth of the overall standard deviation in one round, >= 1; 0 sets no bound.
        weights: as for ``fedavg_gaussian``.

    Raises:
        ValueError: a value out of its range.
    """

    between: float = 0.1
    growth: float = 1.2
    weights: Trust = "size"

    def __post_init__(self) -> None:
        if not 0 <= self.between <= 1:
            raise ValueError(f"between: {self.between} is not in [0, 1]; 0.1 is usual")
        if self.growth and not 1 <= self.growth < np.inf:
            raise ValueError(f"growth: {self.growth} is below 1; 0 sets no bound")
        check_trust(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the matched moments.

        Raises:
            ValueError: no report has weight, the state is no Gaussian, or a report holds none that
                fits.
        """
        present = counted(reports)
        gaussians = believed(state, present)
        parts = trusted(present, gaussians, self.weights)
        full = is_full(gaussians)
        means = np.stack([gaussian.mean for gaussian in gaussians])
        mean: Floats = parts @ means
        apart = means - mean
        inside: Floats = np.sum(
            [a * covariance(g, full=full) for a, g in zip(parts, gaussians, strict=True)], axis=0
        )
        outside: Floats = (parts[:, None] * apart).T @ apart if full else parts @ apart**2
        plain = are_plain(gaussians) and not self.between
        merged = gaussian_of(mean, inside + self.between * outside, plain=plain)
        held = self._bounded(merged, cloud(state))
        return replace(state, round=state.round + 1, distribution=held)

    def _bounded(self, merged: Gaussian, start: Gaussian) -> Gaussian:
        before = gaussian_of(start.mean, covariance(start, full=is_full([start]))).sigma
        if not self.growth or merged.sigma <= self.growth * before:
            return merged
        return Gaussian(merged.mean, self.growth * before, merged.cov)
