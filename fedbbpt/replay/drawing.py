"""Drawing from an answers table without replacement, with a ledger of all that it would cost."""

import math
from dataclasses import dataclass, field

import numpy as np

from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Place, Recorded

ANSWERING, PREPARING = "answering", "preparing"


@dataclass(slots=True)
class Drawing:
    """One method's way through a table.

    Laws: no sample is given twice; what was spent is the sum of what all draws and charges cost; no
    more calls are paid than ``most``, and since ``allow`` no more than were allowed.

    Attributes:
        table: what is drawn from.
        rng: decides the order of the samples in each cell.
        most: calls that it may pay in all, infinite for no limit.
        spent: by purpose.
        spent_on: by question; charges that belong to no question are not in it.
        calls: paid so far, all purposes.
        wanting: questions of which more was wanted than a cell holds.
    """

    table: AnswersTable
    rng: np.random.Generator
    most: float = math.inf
    spent: dict[str, Cost] = field(init=False, default_factory=dict)
    spent_on: list[Cost] = field(init=False)
    calls: int = field(init=False, default=0)
    wanting: set[int] = field(init=False, default_factory=set)
    _ceiling: float = field(init=False)
    _orders: dict[Place, list[int]] = field(init=False, default_factory=dict)
    _prepared: set[Place] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.spent_on = [Cost()] * len(self.table.targets)
        self._ceiling = self.most

    @property
    def room(self) -> float:
        """Calls that may still be paid."""
        return self._ceiling - self.calls

    def allow(self, calls: float) -> None:
        """Let so many calls be paid from now on, within ``most``; what was left before is gone."""
        self._ceiling = min(self.most, self.calls + calls)

    def left(self, question: int, condition: Condition) -> int:
        """Return how many samples a cell still has.

        Asked again of one that gave all it had, where a draw could be paid, its question is noted
        in ``wanting``.
        """
        waiting = self._orders.get((question, condition))
        if waiting is None:
            return len(self.table.samples(question, condition))
        if not waiting and self.room >= self.table.dearest:
            self.wanting.add(question)
        return len(waiting)

    def affords(self, question: int, condition: Condition) -> bool:
        """Say whether coming to a cell and drawing from it once, if it has samples, can be paid."""
        due = self._due(question, condition).calls
        if self.left(question, condition):
            following = self._order(question, condition)[-1]
            due += self.table.cells[question, condition][following].cost.calls
        return due <= self.room

    def prepare(self, question: int, condition: Condition) -> None:
        """Pay for the preparation of a cell, once.

        Raises:
            ValueError: more than may be paid.
        """
        if (due := self._due(question, condition)) != Cost():
            self.charge(PREPARING, due, question)
        self._prepared.add((question, condition))

    def draw(self, question: int, condition: Condition) -> Recorded:
        """Return a sample that was not drawn before, and pay for it and for its cell's preparation.

        Raises:
            ValueError: the cell has no sample left, or more than may be paid.
        """
        waiting = self._order(question, condition)
        if not waiting:
            raise ValueError(
                f"samples: none left of question {question} under {condition}; "
                "record more, or draw fewer"
            )
        self.prepare(question, condition)
        sample = self.table.cells[question, condition][waiting[-1]]
        self.charge(ANSWERING, sample.cost, question)
        waiting.pop()
        return sample

    def charge(self, purpose: str, cost: Cost, question: int | None = None) -> None:
        """Pay for something that is no draw, such as selecting prompts.

        Args:
            purpose: what for.
            cost: how much.
            question: which question it belongs to, None for all together.

        Raises:
            ValueError: a cost below 0, or more than may be paid.
        """
        if min(cost) < 0:
            raise ValueError(f"cost: {cost} of {purpose} is below 0")
        if cost.calls > self.room:
            raise ValueError(
                f"cost: {cost.calls} calls of {purpose} with {self.room:g} left to pay; "
                "ask whether a draw is afforded before it is made"
            )
        self.calls += cost.calls
        self.spent[purpose] = self.spent.get(purpose, Cost()).plus(cost)
        if question is not None:
            self.spent_on[question] = self.spent_on[question].plus(cost)

    def _due(self, question: int, condition: Condition) -> Cost:
        place = (question, condition)
        return Cost() if place in self._prepared else self.table.preparation.get(place, Cost())

    def _order(self, question: int, condition: Condition) -> list[int]:
        """Return the samples of a cell that wait, the next one last."""
        place = (question, condition)
        if place not in self._orders:
            samples = self.table.samples(question, condition)
            self._orders[place] = [int(number) for number in self.rng.permutation(len(samples))]
        return self._orders[place]
