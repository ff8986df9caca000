"""Methods that choose prompts first and answer with what is left of the same budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost
from fedbbpt.replay.choosing import Chooser, Shares
from fedbbpt.replay.drawing import Drawing
from fedbbpt.replay.methods import Winners, mixed, shared_out, winner_of
from fedbbpt.replay.partly_pooled import PartlyPooled
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.confidence import Plain

SELECTING = "selecting"


@dataclass(frozen=True, slots=True)
class Portioned:
    """Deal a budget evenly: no question gets two draws more than another.

    Attributes:
        shares: of the conditions, one for each question.
        calls: draws over all questions.
    """

    shares: Sequence[Shares]
    calls: int

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other."""
        winners, number = [], len(drawing.table.targets)
        for question in range(number):
            draws = (question + 1) * self.calls // number - question * self.calls // number
            drawn = (mixed(drawing, question, self.shares[question]) for _ in range(draws))
            samples = [sample for sample in drawn if sample is not None]
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


@dataclass(frozen=True, slots=True)
class WithChoice:
    """Choose on training questions with a part of the budget, then answer with the rest.

    Attributes:
        learning: where it chooses.
        chooser: how; of what is partly pooled every owner gets shares of its own.
        draws: budget, calls a question, >= 1.
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
    draws: float
    part: float = 0.12
    owners: tuple[str, ...] = ()
    shared: bool = False
    most: int = 20

    def __post_init__(self) -> None:
        if self.draws < 1 or not 0 < self.part < 1:
            raise ValueError("draws, part: give at least 1 a question, and a part inside (0, 1)")
        if isinstance(self.chooser, PartlyPooled) and not self.owners:
            raise ValueError("owners: say whose each question is; shares are every owner's own")

    def answer(self, drawing: Drawing) -> Winners:
        """Choose, pay for it, and answer."""
        number = len(drawing.table.targets)
        budget = round(self.draws * number)
        learning = Drawing(self.learning.table, drawing.rng)
        shares = self._choose(learning, int(budget * self.part), number)
        spent = Cost()
        for cost in learning.spent.values():
            spent = spent.plus(cost)
        drawing.charge(SELECTING, spent)
        left = max(0, budget - spent.calls)
        if self.shared and left >= number:
            return shared_out(drawing, shares, left, Plan(min(2, self.most), max(self.most, 1)))
        return Portioned(shares, left).answer(drawing)

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
            chosen[name] = self.chooser(learning, own, calls // len(names))
        return [chosen[owner] for owner in self.owners]


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
