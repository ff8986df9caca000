"""Answering under one condition once something was made for all questions and paid for."""

from dataclasses import dataclass

from fedbbpt.replay.answers_table import Condition, Cost
from fedbbpt.replay.drawing import PREPARING, Drawing
from fedbbpt.replay.methods import Winners
from fedbbpt.replay.with_choice import Portioned


@dataclass(frozen=True, slots=True)
class AfterMaking:
    """Pay once, for exemplars say, and deal what is left of the budget evenly.

    Attributes:
        condition: how every question is asked.
        cost: of the making; nothing where it is free.
        calls: budget, calls a question, the making included; >= 1.

    Raises:
        ValueError: less than one call a question.
    """

    condition: Condition
    cost: Cost
    calls: float

    def __post_init__(self) -> None:
        if self.calls < 1:
            raise ValueError(f"calls: {self.calls} a question; give at least 1")

    def left(self, questions: int) -> int:
        """Return the calls that are left to answer so many questions; below 0 where none are."""
        return round(self.calls * questions) - self.cost.calls

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other.

        Raises:
            ValueError: making takes more than may be paid.
        """
        number = len(drawing.table.targets)
        drawing.charge(PREPARING, self.cost)
        return Portioned([{self.condition: 1.0}] * number, self.left(number)).answer(drawing)
