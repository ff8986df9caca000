"""Merged losses of score work that favour the owner who fares worst.

q-FFL: Li et al. 2020, arXiv:1905.10497, equation 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import Weights, check_weights, counted, loss_sums, shares
from fedbbpt.distributions import Floats, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["FairMean"]


@dataclass(frozen=True, slots=True)
class FairMean:
    """Put the power mean of the owners' mean losses into ``memory["losses"]``.

    ``(sum of share * loss ** (q + 1)) ** (1 / (q + 1))`` orders candidates as the published sum of
    powers does, in the unit of a loss. It needs every owner's own figure: no secure sum serves.

    Laws: owners who agree are believed; q = 0 is the mean; more q never lowers a merged loss, and
    without end it comes to the worst owner's; doubling all losses doubles the result.

    Attributes:
        q: how much more the worst owner counts, >= 0.
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    q: float = 1.0
    weights: Weights = "size"

    def __post_init__(self) -> None:
        if not 0 <= self.q < np.inf:
            raise ValueError(f"q: {self.q} is below 0 or not finite; 0 is the mean")
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the merged losses; the distribution stays as it is.

        Raises:
            ValueError: no report has weight, ``loss_sum`` is absent or misshapen, or a loss is
                below 0.
        """
        present = counted(reports)
        losses = loss_sums(present) / np.array([[report.weight] for report in present])
        if (losses < 0).any():
            raise ValueError("statistics.loss_sum: a loss is below 0; fairness needs losses >= 0")
        worst = np.maximum(losses.max(axis=0), np.finfo(np.float64).tiny)
        power = self.q + 1
        # Over the worst, so that no power overflows.
        inside = shares(present, self.weights) @ (losses / worst) ** power
        merged: Floats = worst * inside ** (1 / power)
        memory = {**state.memory, "losses": frozen_array(merged, name="losses")}
        return replace(state, round=state.round + 1, memory=memory)
