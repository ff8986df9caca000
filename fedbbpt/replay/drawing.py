"""Drawing from an answers table without replacement, with a ledger of all that it would cost."""

from dataclasses import dataclass, field

import numpy as np

from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Place, Recorded

ANSWERING, PREPARING = "answering", "preparing"


@dataclass(slots=True)
class Drawing:
    """One method's way through a table.

    Laws: no sample is given twice; what was spent is the sum of what all draws and charges cost.

    Attributes:
        table: what is drawn from.
        rng: decides the order of the samples in each cell.
        spent: by purpose.
        spent_on: by question; charges that belong to no question are not in it.
    """

    table: AnswersTable
    rng: np.random.Generator
    spent: dict[str, Cost] = field(init=False, default_factory=dict)
    spent_on: list[Cost] = field(init=False)
    _orders: dict[Place, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.spent_on = [Cost()] * len(self.table.targets)

    def left(self, question: int, condition: Condition) -> int:
        """Return how many samples a cell still has."""
        waiting = self._orders.get((question, condition))
        if waiting is None:
            return len(self.table.samples(question, condition))
        return len(waiting)

    def draw(self, question: int, condition: Condition) -> Recorded:
        """Return a sample that was not drawn before, and pay for it.

        The first draw from a cell also pays for its preparation.

        Raises:
            ValueError: the cell has no sample left.
        """
        place = (question, condition)
        if place not in self._orders:
            samples = self.table.samples(question, condition)
            self._orders[place] = [int(number) for number in self.rng.permutation(len(samples))]
            if samples and place in self.table.preparation:
                self.charge(PREPARING, self.table.preparation[place], question)
        if not self._orders[place]:
            raise ValueError(
                f"samples: none left of question {question} under {condition}; "
                "record more, or draw fewer"
            )
        sample = self.table.cells[place][self._orders[place].pop()]
        self.charge(ANSWERING, sample.cost, question)
        return sample

    def charge(self, purpose: str, cost: Cost, question: int | None = None) -> None:
        """Pay for something that is no draw, such as selecting prompts.

        Args:
            purpose: what for.
            cost: how much.
            question: which question it belongs to, None for all together.

        Raises:
            ValueError: a cost below 0.
        """
        if min(cost) < 0:
            raise ValueError(f"cost: {cost} of {purpose} is below 0")
        self.spent[purpose] = self.spent.get(purpose, Cost()).plus(cost)
        if question is not None:
            self.spent_on[question] = self.spent_on[question].plus(cost)
