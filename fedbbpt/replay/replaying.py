"""A method run on an answers table: what it answered, what it would have cost."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fedbbpt.replay.answers_table import AnswersTable, Cost
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.methods import Method, Winners


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one method did on one table, once.

    Attributes:
        winners: its answer to each question.
        right: whether that is the target.
        spent: what it paid, by purpose: answering, preparing, and what the method charged.
        spent_on: what it paid, by question.
        wanting: questions of which it wanted more samples than a cell holds.
    """

    winners: Winners
    right: tuple[bool, ...]
    spent: Mapping[str, Cost]
    spent_on: tuple[Cost, ...]
    wanting: frozenset[int] = frozenset()

    @property
    def accuracy(self) -> float:
        """Share of questions answered rightly, in [0, 1]; 0 of none."""
        return sum(self.right) / len(self.right) if self.right else 0.0

    @property
    def cost(self) -> Cost:
        """All that was paid."""
        return Cost(
            sum(cost.calls for cost in self.spent.values()),
            sum(cost.tokens for cost in self.spent.values()),
        )

    @property
    def calls_each(self) -> float:
        """Calls a question on average, all purposes included; 0 of none."""
        return self.cost.calls / len(self.right) if self.right else 0.0


def replay(
    table: AnswersTable, method: Method, rng: np.random.Generator, most: float = math.inf
) -> Replayed:
    """Run a method on a table, drawing in the order that ``rng`` decides.

    Args:
        table: what is drawn from.
        method: how.
        rng: decides the orders.
        most: calls that it may take in all.

    Raises:
        ValueError: the method would take more calls.
    """
    drawing = Drawing(table, rng, most)
    winners = method.answer(drawing)
    right = tuple(won == target for won, target in zip(winners, table.targets, strict=True))
    return Replayed(
        winners, right, drawing.spent, tuple(drawing.spent_on), frozenset(drawing.wanting)
    )
