"""The mixture of the owners' tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import (
    Weights,
    check_weights,
    counted,
    floored_logits,
    shares,
    stacked_slots,
)
from fedbbpt.distributions import Categorical, softmax
from fedbbpt.messages import Report, State

__all__ = ["LinearPool"]


@dataclass(frozen=True, slots=True)
class LinearPool:
    """Average the owners' probabilities: every owner's favourite stays in the running.

    Attributes:
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: unknown weights.
    """

    weights: Weights = "size"

    def __post_init__(self) -> None:
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the mixed tables.

        Raises:
            ValueError: no report has weight, the state is not categorical, or a ``logits_i`` is
                absent or misshapen.
        """
        present = counted(reports)
        parts = shares(present, self.weights)
        mixed = tuple(
            (parts[:, None] * np.stack([softmax(row) for row in logits])).sum(axis=0)
            for logits in stacked_slots(state, present, "logits")
        )
        tables = tuple(floored_logits(p) for p in mixed)
        return replace(state, round=state.round + 1, distribution=Categorical(tables))
