"""Federated averaging of logits, which is the log-linear pool of the owners' tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.aggregators.weighting import Weights, check_weights, counted, shares, stacked_slots
from fedbbpt.distributions import Categorical
from fedbbpt.messages import Report, State

__all__ = ["LogLinearPool"]


@dataclass(frozen=True, slots=True)
class LogLinearPool:
    """Average the owners' centred logits: p is proportional to the product of all ``p_k ** share``.

    A choice must be acceptable to every owner; one that finds it impossible can veto it.

    Attributes:
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: unknown weights.
    """

    weights: Weights = "size"

    def __post_init__(self) -> None:
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the pooled tables.

        Raises:
            ValueError: no report has weight, the state is not categorical, or a ``logits_i`` is
                absent or misshapen.
        """
        present = counted(reports)
        parts = shares(present, self.weights)
        pooled = tuple(
            (parts[:, None] * (logits - logits.mean(axis=1, keepdims=True))).sum(axis=0)
            for logits in stacked_slots(state, present, "logits")
        )
        return replace(state, round=state.round + 1, distribution=Categorical(pooled))
