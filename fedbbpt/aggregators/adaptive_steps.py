"""Adam and Yogi on the owners' pulls: Reddi et al. 2021, arXiv:2003.00295, algorithm 2."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.aggregators.server_steps import check_memory, check_rate, moved, pulled
from fedbbpt.aggregators.weighting import Weights, check_weights
from fedbbpt.distributions import Floats
from fedbbpt.messages import Report, State

SecondMoment = Callable[[Floats, Floats], Floats]
"""From the second moment and the squared pull to the next second moment."""


@dataclass(frozen=True, slots=True)
class AdaptiveStep:
    """Steps along the mean pull, shorter along coordinates that pull hard.

    Attributes:
        learning_rate: length of a first step along a coordinate that pulls well above ``floor``.
        first: what is left of the mean pull after a round, in [0, 1).
        second: what is left of the mean square after a round, in [0, 1).
        floor: pull below which a coordinate counts as still, > 0.
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    learning_rate: float
    first: float
    second: float
    floor: float
    weights: Weights

    def __post_init__(self) -> None:
        check_rate("learning_rate", self.learning_rate)
        check_memory("first", self.first)
        check_memory("second", self.second)
        check_rate("floor", self.floor)
        check_weights(self.weights)

    def step(self, state: State, reports: Sequence[Report], grown: SecondMoment) -> State:
        """Return the state after one step.

        Raises:
            ValueError: no report has weight, or holds no distribution that fits.
        """
        found = pulled(state, reports, self.weights)
        size = found.pull.size
        mean = state.memory.get("server_mean", np.zeros(size))
        square = state.memory.get("server_square", np.full(size, self.floor**2))
        mean = self.first * mean + (1 - self.first) * found.pull
        square = grown(square, found.pull**2)
        step: Floats = self.learning_rate * mean / (np.sqrt(square) + self.floor)
        return moved(found, step, {"server_mean": mean, "server_square": square})
