"""Merged losses of score work that no minority of examples can move far."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import counted, loss_sums
from fedbbpt.distributions import Floats, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["Median"]


@dataclass(frozen=True, slots=True)
class Median:
    """Put the weighted median of the owners' mean losses into ``memory["losses"]``.

    Owners count by their examples, candidate by candidate. A median needs every owner's own figure:
    it is not additive, and a secure sum hides exactly what it needs. A run chooses one of the two.
    """

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the merged losses; the distribution stays as it is.

        Raises:
            ValueError: no report has weight, or ``loss_sum`` is absent or misshapen.
        """
        present = counted(reports)
        sizes = np.array([report.weight for report in present])
        means = loss_sums(present) / sizes[:, None]
        merged = np.array([weighted_median(column, sizes) for column in means.T])
        memory = {**state.memory, "losses": frozen_array(merged, name="losses")}
        return replace(state, round=state.round + 1, memory=memory)


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the value with half of the weight on either side.

    Where the weight splits evenly between two values, their mean.

    Args:
        values: shape (n,), n >= 1.
        weights: shape (n,), > 0.

    >>> weighted_median(np.array([1.0, 9.0, 2.0]), np.array([1.0, 1.0, 1.0]))
    2.0
    >>> weighted_median(np.array([1.0, 9.0]), np.array([1.0, 1.0]))
    5.0
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    middle = int(np.searchsorted(below, half))
    if below[middle] == half:
        return float(values[order[middle : middle + 2]].mean())
    return float(values[order[middle]])
