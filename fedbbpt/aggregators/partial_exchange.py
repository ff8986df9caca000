"""Partial exchange: only some blocks of a prompt take part in a round.

The endpoint-only counterpart of FedPepTAO, Che et al. 2023, arXiv:2310.15080, which exchanges the
prompts of a few layers and steps with momentum on the server.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from fedbbpt.aggregators.server_steps import (
    Pulled,
    check_memory,
    check_rate,
    moved,
    parameters,
    pulled,
)
from fedbbpt.aggregators.weighting import Weights, check_weights
from fedbbpt.beliefs import parts_of
from fedbbpt.distributions import Categorical, Distribution, Floats, Ints
from fedbbpt.messages import Report, State

__all__ = ["PartialExchange"]

Choose = Literal["largest", "turns"]
WAITING, VELOCITY = "partial_waiting", "partial_velocity"


@dataclass(frozen=True, slots=True)
class PartialExchange:
    """Step towards the owners' average in some blocks; all others stay as they were broadcast.

    A block is a stretch of a Gaussian's mean, or one table of choices. Spreads are averaged in
    every round.

    Laws: what is not exchanged is as it was broadcast, to the last bit; without momentum what is
    exchanged is the average; ``share = 1`` exchanges all. With ``"turns"`` every block takes part
    in any ``ceil(1 / share)`` rounds; with ``"largest"`` no block that is pulled waits for ever.

    Attributes:
        share: of the blocks, exchanged in a round, in (0, 1].
        blocks: stretches of a Gaussian's mean, >= 1.
        choose: ``"largest"``, the blocks that owners have pulled most since they were exchanged
            last, by the root mean square of a coordinate; or ``"turns"``.
        momentum: what is left of an exchanged block's last step, in [0, 1).
        learning_rate: of the server, > 0.
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: a value out of its range.
    """

    share: float = 0.5
    blocks: int = 10
    choose: Choose = "largest"
    momentum: float = 0.0
    learning_rate: float = 1.0
    weights: Weights = "size"

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share: {self.share} is not in (0, 1]; 0.5 exchanges half")
        if self.blocks < 1:
            raise ValueError(f"blocks: {self.blocks} is too few; give at least 1")
        if self.choose not in get_args(Choose):
            known = ", ".join(get_args(Choose))
            raise ValueError(f"choose: {self.choose!r} is unknown; use one of {known}")
        check_memory("momentum", self.momentum)
        check_rate("learning_rate", self.learning_rate)
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with the blocks of this round merged.

        Raises:
            ValueError: no report has weight, or holds no distribution that fits.
        """
        found = pulled(state, reports, self.weights)
        numbers = self._numbers(state.distribution)
        count = int(numbers.max()) + 1
        squares = np.bincount(numbers, found.pull**2) / np.bincount(numbers)
        waiting = state.memory.get(WAITING, np.zeros(count)) + np.sqrt(squares)
        taken = self._taken(waiting, state.round)
        inside = np.isin(numbers, taken)
        velocity = state.memory.get(VELOCITY, np.zeros(found.pull.size)).copy()
        velocity[inside] = self.momentum * velocity[inside] + found.pull[inside]
        waiting[taken] = 0.0
        step = np.where(inside, self.learning_rate * velocity, 0.0)
        after = moved(found, step, {WAITING: waiting, VELOCITY: velocity})
        return after if self.momentum or self.learning_rate != 1 else _plain(after, found, inside)

    def _numbers(self, distribution: Distribution) -> Ints:
        """Return the number of the block that each parameter is of."""
        sizes: list[int] = []
        for _, leaf, _ in parts_of(distribution):
            if isinstance(leaf, Categorical):
                sizes += [slot.size for slot in leaf.logits]
            else:
                stretches = np.array_split(leaf.mean, min(self.blocks, leaf.mean.size))
                sizes += [one.size for one in stretches]
        return np.repeat(np.arange(len(sizes)), sizes)

    def _taken(self, waiting: Floats, round: int) -> Ints:
        most = math.ceil(self.share * waiting.size)
        if self.choose == "turns":
            return (round * most + np.arange(most)) % waiting.size
        return np.argsort(-waiting, kind="stable")[:most]


def _plain(after: State, found: Pulled, inside: np.ndarray) -> State:
    """Return the state with the average itself where adding a difference would round."""
    exact = np.where(inside, parameters(found.average.distribution), found.place)
    return moved(found._replace(place=exact), np.zeros(exact.size), dict(after.memory))
