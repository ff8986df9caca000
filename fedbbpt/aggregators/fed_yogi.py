"""Server Yogi: Reddi et al. 2021, arXiv:2003.00295."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.aggregators.adaptive_steps import AdaptiveStep
from fedbbpt.aggregators.weighting import Weights
from fedbbpt.distributions import Floats
from fedbbpt.messages import Report, State

__all__ = ["FedYogi"]


@dataclass(frozen=True, slots=True)
class FedYogi:
    """Step by Yogi, whose mean square shrinks slower than Adam's.

    The mean square changes by at most (1 - second) times the squared pull, so that one quiet round
    does not lengthen the next steps.

    Laws: without a pull nothing moves; where pulls grow it is Adam's step or a longer one; moving
    everything moves the result.

    Attributes:
        learning_rate: of the server, > 0, in units of the space (or of logits).
        first: what is left of the mean pull after a round, in [0, 1).
        second: what is left of the mean square after a round, in [0, 1).
        floor: pull below which a coordinate counts as still, > 0.
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    learning_rate: float = 0.1
    first: float = 0.9
    second: float = 0.99
    floor: float = 1e-3
    weights: Weights = "size"

    def __post_init__(self) -> None:
        self._rule()

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state after one step of the server.

        Raises:
            ValueError: no report has weight, or holds no distribution that fits.
        """
        return self._rule().step(state, reports, self._grown)

    def _rule(self) -> AdaptiveStep:
        return AdaptiveStep(self.learning_rate, self.first, self.second, self.floor, self.weights)

    def _grown(self, square: Floats, pulls: Floats) -> Floats:
        grown: Floats = square - (1 - self.second) * pulls * np.sign(square - pulls)
        return grown
