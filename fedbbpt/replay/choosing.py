"""Choosing prompts on the training questions of a table, every draw of it paid for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fedbbpt.replay.answers_table import Condition
from fedbbpt.replay.drawing import Drawing

Shares = Mapping[Condition, float]
Chooser = Callable[[Drawing, Sequence[int], int], Shares]
"""Training table, numbers of its questions, calls at most; shares of the conditions, above 0."""


@dataclass(frozen=True, slots=True)
class Halving:
    """Sequential halving (Karnin 2013), on common questions or on each condition's own.

    Unpaired it is TRIPLE-SH (Shi 2024, arXiv:2402.09723, alg. 1), whose pulls are independent.

    Law: every draw is reckoned at what the dearest of the table took, so that paired conditions
    answer equally many questions and no more is spent than it may; but each condition that is left
    is drawn once a halving, and where not even that can be paid it stays with what it has found.

    Attributes:
        conditions: to choose from, at least one, the default first.
        paired: True where all conditions that are left answer the same questions.
        anew: True where paired rounds begin at a random question each, as unpaired ones do; else a
            round goes on after the questions of the last one.
        keep: conditions that are left at the end, >= 1.
        scale: of the softmax of their shares right; 0 takes the best alone.

    Raises:
        ValueError: nothing to choose from, or a value out of range.
    """

    conditions: tuple[Condition, ...]
    paired: bool = True
    keep: int = 4
    scale: float = 0.03
    anew: bool = False

    def __post_init__(self) -> None:
        if not self.conditions or self.keep < 1 or not 0 <= self.scale < math.inf:
            raise ValueError("conditions, keep, scale: give at least one, 1 and 0")

    def __call__(self, drawing: Drawing, questions: Sequence[int], calls: int) -> Shares:
        """Return the shares of what is left."""
        left = list(self.conditions)
        tallies = {condition: _Tally() for condition in left}
        halvings = max(1, math.ceil(math.log2(len(left) / min(self.keep, len(left)))))
        order = [questions[int(i)] for i in drawing.rng.permutation(len(questions))]
        begun = 0
        for halving in range(halvings):
            each = max(1, calls // halvings // len(left) // drawing.table.dearest)
            if each * len(left) * drawing.table.dearest > drawing.room:
                break
            if self.paired and self.anew:
                begun = int(drawing.rng.integers(len(order)))
            for condition in left:
                place = begun if self.paired else int(drawing.rng.integers(len(order)))
                tallies[condition].add(marks(drawing, condition, order, place, each))
            begun += each
            left.sort(key=lambda condition: (-tallies[condition].mean, condition))
            last = halving == halvings - 1
            half = self.keep if last else max(self.keep, math.ceil(len(left) / 2))
            left = left[:half]
        left = left[: self.keep]
        if not self.scale:
            return {left[0]: 1.0}
        best = tallies[left[0]].mean
        return {one: math.exp((tallies[one].mean - best) / self.scale) for one in left}


@dataclass(slots=True)
class _Tally:
    draws: int = 0
    right: int = 0

    def add(self, found: Sequence[bool]) -> None:
        self.draws += len(found)
        self.right += sum(found)

    @property
    def mean(self) -> float:
        return self.right / self.draws if self.draws else 0.0


def marks(
    drawing: Drawing, condition: Condition, order: Sequence[int], first: int, count: int
) -> list[bool]:
    """Draw on so many questions in their order and return whether each was right.

    A question without a sample left is passed over.
    """
    found: list[bool] = []
    for place in range(first, first + len(order)):
        if len(found) == count:
            break
        question = order[place % len(order)]
        if drawing.left(question, condition):
            answer = drawing.draw(question, condition).answer
            found.append(answer == drawing.table.targets[question])
    return found
