"""Choosing prompts from few draws without losing the one that was there: ours.

Paired halving whose shares are a belief tilted away from a fixed prior by evidence only: half of
the prior is the default's, and shares right are shrunk by how much of their spread is chance. The
form is the closed-form step of FedLogic (arXiv:2308.15324v1) with its prior held fixed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.replay.answers_table import Condition
from fedbbpt.replay.choosing import Shares, marks
from fedbbpt.replay.drawing import Drawing

ROUNDING = 1e-12
"""A variance below it is none."""


@dataclass(frozen=True, slots=True)
class AnchoredHalving:
    """Halve on common questions, keep the default, and believe in others as far as they earned it.

    Laws: with too few calls nothing is spent and the default is all; where no condition differs
    from the others by more than chance, shares are the prior.

    Attributes:
        conditions: to choose from, the default first, each once.
        keep: conditions that are left at the end, >= 2.
        scale: of the softmax of their shrunk shares right, above 0.
        prior: share of the default before any evidence, in (0, 1).
        least: draws that each condition must get in the first halving, >= 2; where the calls allow
            fewer, choosing would be a draw of lots.

    Raises:
        ValueError: nothing to choose from, or a value out of range.
    """

    conditions: tuple[Condition, ...]
    keep: int = 4
    scale: float = 0.03
    prior: float = 0.5
    least: int = 24

    def __post_init__(self) -> None:
        if not self.conditions or len(set(self.conditions)) < len(self.conditions):
            raise ValueError("conditions: give at least one, each once, the default first")
        if self.keep < 2 or self.least < 2 or not 0 < self.scale < math.inf:
            raise ValueError("keep, least, scale: give at least 2 and 2, and a scale above 0")
        if not 0 < self.prior < 1:
            raise ValueError(f"prior: {self.prior} is outside (0, 1); give 0.5 or so")

    def __call__(self, drawing: Drawing, questions: Sequence[int], calls: int) -> Shares:
        """Return the shares of what is left."""
        default, left = self.conditions[0], list(self.conditions)
        halvings = max(1, math.ceil(math.log2(len(left) / min(self.keep, len(left)))))
        if len(left) == 1 or calls // halvings // len(left) < self.least:
            return {default: 1.0}
        order = [questions[int(i)] for i in drawing.rng.permutation(len(questions))]
        seen: dict[Condition, list[bool]] = {one: [] for one in left}
        begun, first = 0, Spread(0.0, 0.0)
        for halving in range(halvings):
            each = calls // halvings // len(left)
            for one in left:
                seen[one] += marks(drawing, one, order, begun, each)
            if not halving:
                first = spread_of([seen[one] for one in left])
            begun += each
            last = halving == halvings - 1
            half = self.keep if last else max(self.keep, math.ceil(len(left) / 2))
            rivals = sorted(left[1:], key=lambda one: (-_mean(seen[one]), one))
            left = [default, *rivals[: half - 1]]
        return self._shares(left, seen, first)

    def _shares(
        self, left: Sequence[Condition], seen: dict[Condition, list[bool]], first: "Spread"
    ) -> Shares:
        means = {one: _mean(seen[one]) for one in left}
        trust = first.trust(min(len(seen[one]) for one in left))
        best, rest = max(means.values()), (1 - self.prior) / (len(left) - 1)
        return {
            one: max(
                (rest if place else self.prior)
                * math.exp(trust * (means[one] - best) / self.scale),
                1e-300,
            )
            for place, one in enumerate(left)
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """How shares right spread over conditions.

    Attributes:
        between: variance that is the conditions' own, >= 0.
        chance: variance of one mark beside its condition's and its question's mean, >= 0.
    """

    between: float
    chance: float

    def trust(self, draws: int) -> float:
        """Return which part of a difference between means of so many draws is no chance."""
        whole = self.between + self.chance / max(draws, 1)
        return self.between / whole if self.between > 0 else 0.0


def spread_of(seen: Sequence[Sequence[bool]]) -> Spread:
    """Return the spread of marks on common questions, one row a condition, by moments.

    Of rows of unequal length the common beginning counts; fewer than 2 rows or marks tell nothing.
    """
    draws = min(map(len, seen), default=0)
    if len(seen) < 2 or draws < 2:
        return Spread(0.0, 0.0)
    table: Floats = np.array([row[:draws] for row in seen], dtype=np.float64)
    means = table.mean(axis=1, keepdims=True)
    left: Floats = table - means - table.mean(axis=0, keepdims=True) + table.mean()
    chance = float(np.square(left).sum()) / ((draws - 1) * (len(seen) - 1))
    between = float(means.var(ddof=1)) - chance / draws
    return Spread(between if between > ROUNDING else 0.0, chance)


def _mean(marked: Sequence[bool]) -> float:
    return sum(marked) / len(marked) if marked else 0.0
