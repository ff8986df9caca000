"""Methods that choose prompts first and answer with what is left of the same budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost
from fedbbpt.replay.choosing import Chooser, Shares
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.methods import Winners, left_over, mixed, shared_out, winner_of
from fedbbpt.replay.partly_pooled import PartlyPooled
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.confidence import Plain

SELECTING = "selecting"


@dataclass(frozen=True, slots=True)
class Portioned:
    """Deal a budget evenly: of draws that take one call, no question gets two more than another.

    Attributes:
        shares: of the conditions, one for each question.
        calls: over all questions.
    """

    shares: Sequence[Shares]
    calls: int

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other."""
        winners, number, over = [], len(drawing.table.targets), 0.0
        for question in range(number):
            portion = (question + 1) * self.calls // number - question * self.calls // number
            drawing.allow(portion + over)
            samples = []
            while drawing.room >= 1:
                sample = mixed(drawing, question, self.shares[question])
                if sample is None:
                    break
                samples.append(sample)
            over = left_over(drawing)
            winners.append(winner_of(drawing, samples, Plain()))
        return tuple(winners)


@dataclass(frozen=True, slots=True)
class Learning:
    """What is learned from: a table of training questions.

    Attributes:
        table: of training questions.
        owners: who owns each training question.
    """

    table: AnswersTable
    owners: tuple[str, ...]


class Choice(NamedTuple):
    """What was chosen.

    Attributes:
        shares: of the conditions, one mapping for each question.
        spent: on choosing.
    """

    shares: Sequence[Shares]
    spent: Cost


@dataclass(frozen=True, slots=True)
class WithChoice:
    """Choose on training questions with a part of the budget, then answer with the rest.

    Attributes:
        learning: where it chooses.
        chooser: how; of what is partly pooled every owner gets shares of its own.
        calls: budget, calls a question, choosing included, >= 1.
        part: of the budget that choosing may take, in (0, 1).
        owners: who owns each question, where every owner has shares of its own: by a chooser for
            all of them, or each alone on its own training questions with its share of that part;
            empty where all choose together.
        shared: True where what is left goes to the least settled questions, at most ``most`` each.
        most: draws on one question.

    Raises:
        ValueError: a value out of range.
    """

    learning: Learning
    chooser: Chooser | PartlyPooled
    calls: float
    part: float = 0.12
    owners: tuple[str, ...] = ()
    shared: bool = False
    most: int = 20

    def __post_init__(self) -> None:
        if self.calls < 1 or not 0 < self.part < 1:
            raise ValueError("calls, part: give at least 1 a question, and a part inside (0, 1)")
        if isinstance(self.chooser, PartlyPooled) and not self.owners:
            raise ValueError("owners: say whose each question is; shares are every owner's own")

    def answer(self, drawing: Drawing) -> Winners:
        """Choose, pay for it, and answer."""
        shares, spent = self.choose(drawing.table, drawing.rng)
        drawing.charge(SELECTING, spent)
        left = self._budget(drawing.table) - spent.calls
        if self.shared and left >= _once(drawing.table):
            return shared_out(drawing, shares, left, Plan(min(2, self.most), max(self.most, 1)))
        return Portioned(shares, left).answer(drawing)

    def choose(self, table: AnswersTable, rng: np.random.Generator) -> Choice:
        """Choose as ``answer`` begins, given the same numbers.

        Args:
            table: of the questions that are to be answered; of it only their number counts, and
                what a draw takes.
            rng: decides on which training questions and by which samples.
        """
        budget = self._budget(table)
        learning = Drawing(self.learning.table, rng, max(0, budget - _once(table)))
        shares = self._choose(learning, int(budget * self.part), len(table.targets))
        spent = Cost()
        for cost in learning.spent.values():
            spent = spent.plus(cost)
        return Choice(shares, spent)

    def _budget(self, table: AnswersTable) -> int:
        return round(self.calls * len(table.targets))

    def _choose(self, learning: Drawing, calls: int, number: int) -> list[Shares]:
        if isinstance(self.chooser, PartlyPooled):
            found = self.chooser(learning, self.learning.owners, calls)
            return [found[owner] for owner in self.owners]
        if not self.owners:
            together = self.chooser(learning, range(len(self.learning.owners)), calls)
            return [together] * number
        names = sorted(set(self.owners))
        chosen: dict[str, Shares] = {}
        for name in names:
            own = [place for place, owner in enumerate(self.learning.owners) if owner == name]
            learning.allow(learning.most // len(names))
            chosen[name] = self.chooser(learning, own, calls // len(names))
        return [chosen[owner] for owner in self.owners]


def _once(table: AnswersTable) -> int:
    """Return the calls that leave every question a draw."""
    return len(table.targets) * table.dearest


def best_of(table: AnswersTable, conditions: Sequence[Condition]) -> Condition:
    """Return the condition that is right most often on the very questions: an oracle, no method."""
    return max(conditions, key=lambda condition: (share_right(table, condition), condition))


def share_right(table: AnswersTable, condition: Condition) -> float:
    """Return how often samples under a condition are right, on average over questions."""
    shares = []
    for question, target in enumerate(table.targets):
        samples = table.samples(question, condition)
        if samples:
            shares.append(sum(one.answer == target for one in samples) / len(samples))
    return float(np.mean(shares)) if shares else 0.0


def shares_alike(conditions: Sequence[Condition]) -> Mapping[Condition, float]:
    """Return equal shares."""
    return dict.fromkeys(conditions, 1.0)
