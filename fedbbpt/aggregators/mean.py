"""Merged losses of score work: the mean over all examples, or over owners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import Weights, check_weights, counted, loss_sums
from fedbbpt.distributions import Floats, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["Mean"]


@dataclass(frozen=True, slots=True)
class Mean:
    """Average ``loss_sum`` into ``memory["losses"]``, shape (candidates,); lower is better.

    By size, the merged loss is the sum of all sums over the sum of all weights: the mean loss of
    the pooled examples, and all that a secure sum need give away.

    Attributes:
        weights: ``"size"`` for the mean over examples, ``"uniform"`` for the mean of the owners'
            own means.

    Raises:
        ValueError: unknown weights.
    """

    weights: Weights = "size"

    def __post_init__(self) -> None:
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the merged losses; the distribution stays as it is.

        Raises:
            ValueError: no report has weight, or ``loss_sum`` is absent or misshapen.
        """
        present = counted(reports)
        sums = loss_sums(present)
        sizes = np.array([[report.weight] for report in present])
        merged: Floats
        if self.weights == "size":
            merged = sums.sum(axis=0) / sizes.sum()
        else:
            merged = (sums / sizes).mean(axis=0)
        memory = {**state.memory, "losses": frozen_array(merged, name="losses")}
        return replace(state, round=state.round + 1, memory=memory)
