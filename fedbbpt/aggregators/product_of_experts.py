"""The product of the owners' Gaussians with the broadcast one counted once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.gaussians import believed, cloud, covariance, gaussian_of, is_full
from fedbbpt.aggregators.weighting import counted
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State
from fedbbpt.optimizers.whitening import Whitening

__all__ = ["ProductOfExperts"]


@dataclass(frozen=True, slots=True)
class ProductOfExperts:
    """Multiply what every owner adds to the broadcast Gaussian. Experimental.

    Every owner started from the same Gaussian; a plain product would count it once an owner and
    shrink the search by their number every round. Precisions add: L = L0 + sum of (L_k - L0).

    Laws: owners that report the broadcast Gaussian change nothing; one report alone is taken as it
    is, within the limit; with a limit of 1 the covariance stays and the steps of the means add.

    Attributes:
        limit: most that an owner's, and the merged, precision may differ from the broadcast one
            along any axis, as a factor >= 1.

    Raises:
        ValueError: the limit is below 1.
    """

    limit: float = 4.0

    def __post_init__(self) -> None:
        if not 1 <= self.limit < np.inf:
            raise ValueError(f"limit: {self.limit} is below 1 or not finite; 4 is usual")

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the product.

        Raises:
            ValueError: no report has weight, the state is no Gaussian, or a report holds none that
                fits.
        """
        present = counted(reports)
        start, gaussians = cloud(state), believed(state, present)
        full = is_full([start, *gaussians])
        merged = self._full(start, gaussians) if full else self._diagonal(start, gaussians)
        return replace(state, round=state.round + 1, distribution=merged)

    def _diagonal(self, start: Gaussian, gaussians: Sequence[Gaussian]) -> Gaussian:
        before = covariance(start, full=False)
        ratios = np.stack([before / covariance(g, full=False) for g in gaussians])
        known: Floats = np.clip(ratios, 1 / self.limit, self.limit)
        steps = np.stack([g.mean - start.mean for g in gaussians])
        together = np.clip(1 + (known - 1).sum(axis=0), 1 / self.limit, self.limit)
        mean: Floats = start.mean + (known * steps).sum(axis=0) / together
        return gaussian_of(mean, before / together)

    def _full(self, start: Gaussian, gaussians: Sequence[Gaussian]) -> Gaussian:
        white = Whitening.of(start)
        size = start.mean.size
        together: Floats = np.eye(size)
        pull: Floats = np.zeros(size)
        for gaussian in gaussians:
            # In coordinates where the broadcast Gaussian is N(0, I), half of the change a side.
            half = _whitened(white, covariance(gaussian, full=True))
            shape = _whitened(white, half.T) / start.sigma**2
            known = self._clamped(np.asarray(np.linalg.inv(shape), dtype=np.float64))
            together = together + known - np.eye(size)
            pull = pull + known @ white.white(gaussian.mean[None])[0]
        together = self._clamped(together)
        step: Floats = np.asarray(np.linalg.solve(together, pull), dtype=np.float64)
        mean = white.back(step[None])[0]
        inverse: Floats = np.asarray(np.linalg.inv(together), dtype=np.float64)
        shape = white.covariance((inverse + inverse.T) / 2)
        return gaussian_of(mean, start.sigma**2 * shape)

    def _clamped(self, matrix: Floats) -> Floats:
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        held: Floats = (vectors * np.clip(values, 1 / self.limit, self.limit)) @ vectors.T
        return held


def _whitened(white: Whitening, rows: Floats) -> Floats:
    """Return the rows of a matrix with the root of the start's covariance taken off."""
    return white.white(rows + white.origin)
