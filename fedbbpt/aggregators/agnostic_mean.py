"""Merged losses under the mixture of owners that is worst so far.

Agnostic federated learning: Mohri et al. 2019, arXiv:1902.00146, with multiplicative weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import Weights, check_weights, counted, loss_sums, shares
from fedbbpt.distributions import Floats, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["AgnosticMean"]


@dataclass(frozen=True, slots=True)
class AgnosticMean:
    """Weigh owners by ``share * exp(rate * summed losses)`` of the best candidates so far.

    Every round the candidate that is best under the current mixture adds each owner's own loss to
    ``memory["strain.NAME"]``; who keeps faring badly comes to decide. The round's losses are merged
    under the mixture that the rounds before it made.

    Laws: owners who agree are believed; the first round is the mean; with rate 0 every round is; an
    owner's part of the mixture grows with its own summed loss.

    Attributes:
        rate: >= 0, per nat and round.
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    rate: float = 0.5
    weights: Weights = "size"

    def __post_init__(self) -> None:
        if not 0 <= self.rate < np.inf:
            raise ValueError(f"rate: {self.rate} is below 0 or not finite; 0 is the mean")
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the merged losses; the distribution stays as it is.

        Raises:
            ValueError: no report has weight, or ``loss_sum`` is absent or misshapen.
        """
        present = counted(reports)
        losses = loss_sums(present) / np.array([[report.weight] for report in present])
        names = [f"strain.{report.client}" for report in present]
        strain = np.array([float(state.memory.get(name, np.zeros(()))) for name in names])
        pressed = shares(present, self.weights) * np.exp(self.rate * (strain - strain.max()))
        merged: Floats = (pressed / pressed.sum()) @ losses
        after = strain + losses[:, int(np.argmin(merged))]
        kept = {n: frozen_array(value, name=n) for n, value in zip(names, after, strict=True)}
        memory = {**state.memory, **kept, "losses": frozen_array(merged, name="losses")}
        return replace(state, round=state.round + 1, memory=memory)
