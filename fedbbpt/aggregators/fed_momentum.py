"""Server momentum: FedAvgM, Hsu et al. 2019, arXiv:1909.06335."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.aggregators.server_steps import check_memory, check_rate, moved, pulled
from fedbbpt.aggregators.weighting import Weights, check_weights
from fedbbpt.distributions import Floats
from fedbbpt.messages import Report, State

__all__ = ["FedMomentum"]


@dataclass(frozen=True, slots=True)
class FedMomentum:
    """Step along a decaying sum of the owners' pulls: ``m <- momentum m + pull``.

    Laws: without momentum and at rate 1 it is plain averaging; the first report alone is taken as
    it is at rate 1; moving everything moves the result.

    Attributes:
        learning_rate: of the server, > 0; 1 is plain.
        momentum: what is left of the sum after a round, in [0, 1).
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    learning_rate: float = 1.0
    momentum: float = 0.9
    weights: Weights = "size"

    def __post_init__(self) -> None:
        check_rate("learning_rate", self.learning_rate)
        check_memory("momentum", self.momentum)
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state after one step of the server.

        Raises:
            ValueError: no report has weight, or holds no distribution that fits.
        """
        found = pulled(state, reports, self.weights)
        before = state.memory.get("server_momentum", np.zeros(found.pull.size))
        after: Floats = self.momentum * before + found.pull
        return moved(found, self.learning_rate * after, {"server_momentum": after})
