"""A table of prompts for every owner, drawn together: Xing 2023, arXiv:2308.15324v1 (FedLogic).

The paper's owner tilts the shared prior by its scores in every round, and so counts the same
evidence again every round until one prompt has all mass. Here the owner's step starts from the
distribution that the search began with, on all evidence so far. An owner's step needs nothing but
its sums of scores, which score work reports anyway: it is done where the sums are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.score_tables import added, owners_in, tables_in
from fedbbpt.aggregators.tilting import drawn_together, fitted_shrinkage, shrunk_scores, tilted
from fedbbpt.aggregators.weighting import Weights, check_weights, floored_logits, tables
from fedbbpt.distributions import Categorical, Floats, Grouped, frozen_array
from fedbbpt.messages import Report, Score, State

__all__ = ["FedLogic"]

ANCHOR = "anchor"
"""In memory: the logits that the search began with."""


@dataclass(frozen=True, slots=True)
class FedLogic:
    """Give every owner its own belief in whole prompts, and all of them a shared one.

    The owner's: p proportional to start * exp(score / temperature), of scores in [0, 1] shrunk to
    those of all owners. The shared one: the owners' mean, pulled to what it was before.
    Laws: without new evidence nothing changes; the order of owners does not matter.

    Attributes:
        temperature: > 0, in the unit of a score; a high one leaves every owner the start's belief,
            a low one its own best prompt alone.
        shrinkage: examples that the scores of all owners together count as beside the owner's own,
            >= 0; 0 lets every owner go by its own examples only.
        fitted: whether it is more where owners differ no more than chance would have them; it needs
            a selector that asks all prompts on fresh blocks, such as ``uniform``.
        pull: weight of the shared belief so far, >= 0; 0 takes the owners' mean as it is.
        weights: of owners in the shared belief and in the merged losses, ``"size"`` or
            ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    temperature: float = 0.03
    shrinkage: float = 10.0
    fitted: bool = True
    pull: float = 0.5
    weights: Weights = "size"

    def __post_init__(self) -> None:
        if not 0 < self.temperature < np.inf:
            raise ValueError(f"temperature: {self.temperature} is not above 0; try 0.03")
        if not 0 <= self.shrinkage < np.inf:
            raise ValueError(f"shrinkage: {self.shrinkage} is not 0 or more; try 10 examples")
        if not 0 <= self.pull < np.inf:
            raise ValueError(f"pull: {self.pull} is not 0 or more; 0 forgets what was before")
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the merged losses, by which a search goes on.

        Raises:
            ValueError: no report has weight, or ``loss_sum`` is absent or misshapen.
        """
        return Mean(self.weights)(state, reports)

    def learned(
        self, state: State, work: Score, reports: Sequence[Report], sizes: Mapping[str, int]
    ) -> State:
        """Return the state with the evidence of a round, and the shared belief it leads to.

        Args:
            state: whose distribution is the shared belief so far.
            work: what the reports are on.
            reports: of the round.
            sizes: training examples of every owner.

        Raises:
            ValueError: a prompt has several slots, no report has weight, or ``score_sum`` is
                absent or misshapen.
        """
        before = _whole_prompts(state)
        told = added(state.memory, work, reports, before.size, sizes)
        if all(_same(state.memory.get(name), table) for name, table in told.items()):
            return state
        memory = {ANCHOR: before, **state.memory, **told}
        everyone = tables_in(memory)
        behind: Floats = everyone[:, 1].max(axis=1)
        parts = behind if self.weights == "size" else np.ones(len(everyone))
        (shared,) = Categorical((before,)).probabilities
        merged = drawn_together(self._beliefs(memory), parts / parts.sum(), shared, self.pull)
        return replace(state, distribution=Categorical((floored_logits(merged),)), memory=memory)

    def personal(self, state: State) -> Grouped:
        """Return every owner's own belief, by name.

        Raises:
            ValueError: no evidence has come yet.
        """
        owners, beliefs = owners_in(state.memory), self._beliefs(state.memory)
        own = (Categorical((floored_logits(belief),)) for belief in beliefs)
        return Grouped(tuple(zip(owners, own, strict=True)))

    def _beliefs(self, memory: Mapping[str, Floats]) -> Floats:
        told, shrinkage = tables_in(memory), self.shrinkage
        if self.fitted:
            shrinkage = fitted_shrinkage(told, shrinkage)
        scores = shrunk_scores(told, shrinkage)
        (prior,) = Categorical((memory[ANCHOR],)).probabilities
        return tilted(np.maximum(prior, np.finfo(float).tiny), scores, self.temperature)


def _whole_prompts(state: State) -> Floats:
    """Return the logits of the one slot whose choices are whole prompts."""
    slots = tables(state).logits
    if len(slots) != 1:
        raise ValueError(
            f"distribution: fedlogic believes in whole prompts, and a prompt here has {len(slots)} "
            'slots; use [space] use = "bank"'
        )
    return frozen_array(slots[0], name="logits")


def _same(before: Floats | None, after: Floats) -> bool:
    return before is not None and np.array_equal(before, after)
