"""Pseudo-counts of good choices, added up over owners and rounds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.weighting import counted, floored_logits, stacked_slots, tables
from fedbbpt.distributions import Categorical, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["DirichletPool"]


@dataclass(frozen=True, slots=True)
class DirichletPool:
    """Keep one Dirichlet a slot, of which the table is the mean.

    Every round, ``alpha <- forget * alpha + sum of counts``.
    ``memory["alpha_i"]``, shape (choices,), is carried from round to round. It starts at ``prior``
    a choice on average, shared out as the state's distribution is: without counts nothing moves.
    Counts are additive, so that a secure sum serves; they carry their own weight.

    Attributes:
        prior: pseudo-counts a choice at the start, > 0; more makes the first rounds slower.
        forget: what is left of the past, prior included, after a round, in (0, 1]; 1 never
            forgets.

    Raises:
        ValueError: a value out of its range.
    """

    prior: float = 1.0
    forget: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.prior < np.inf:
            raise ValueError(f"prior: {self.prior} is not above 0; 1 is one pseudo-count a choice")
        if not 0 < self.forget <= 1:
            raise ValueError(f"forget: {self.forget} is not in (0, 1]; 1 never forgets")

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the counts added.

        Raises:
            ValueError: no report has weight, the state is not categorical, or a ``counts_i`` is
                absent, misshapen or negative.
        """
        counts = stacked_slots(state, counted(reports), "counts")
        if any((slot < 0).any() for slot in counts):
            raise ValueError("statistics.counts: a count is below 0; counts only add")
        start = tables(state).probabilities
        alphas = {}
        for index, (p, slot) in enumerate(zip(start, counts, strict=True)):
            before = state.memory.get(f"alpha_{index}", self.prior * p.size * p)
            after = self.forget * before + slot.sum(axis=0)
            alphas[f"alpha_{index}"] = frozen_array(after, name="alpha")
        merged = Categorical(tuple(floored_logits(a / a.sum()) for a in alphas.values()))
        memory = {**state.memory, **alphas}
        return replace(state, round=state.round + 1, distribution=merged, memory=memory)
