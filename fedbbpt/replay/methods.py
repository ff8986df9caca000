"""Ways to answer all questions of a table: one condition, several in turn or mixed, shared.

Laws: with ``calls`` a question no method takes more calls than that on average over all questions,
whatever its draws take; a draw that would pass it is not made. What could not pay a whole draw goes
to the next question.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fedbbpt.replay.answers_table import Condition
from fedbbpt.replay.drawing import Drawing
from fedbbpt.votes.allocation import Allocation, Plan
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.confidence import Plain, Spread
from fedbbpt.votes.stopping import FixedNumber, StoppingRule
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally

VOTER = "replay"

Winners = tuple[str | None, ...]
"""The answer to each question, None where no draw gave one."""


class Method(Protocol):
    """A way to answer."""

    def answer(self, drawing: Drawing) -> Winners:
        """Return an answer to every question, drawing and paying as it goes."""
        ...


@dataclass(frozen=True, slots=True)
class Sampled:
    """Draw under one condition until a rule stops: single call, SC, AC, ESC, e-process.

    A cell that runs out of samples ends its question.

    Attributes:
        condition: how every question is asked.
        rule: when to stop.
        spread: how votes weigh.
        calls: a question at most, on average; infinite leaves the end to the rule.
    """

    condition: Condition
    rule: StoppingRule = field(default_factory=FixedNumber)
    spread: Spread = field(default_factory=Plain)
    calls: float = math.inf

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other."""

        def ask(question: int, _: int) -> Sample | None:
            return _drawn(drawing, question, self.condition)

        return _each(drawing, ask, self.rule, self.spread, self.calls)


@dataclass(frozen=True, slots=True)
class InTurn:
    """Take the conditions in turn (after SCoP, Zhou 2024, arXiv:2404.11500).

    N draws over K paraphrases are N / K paths each. Conditions without samples are passed over, and
    what was paid to prepare them is paid all the same.

    Attributes:
        conditions: at least one, the question's own words first.
        rule: when to stop.
        calls: a question at most, on average, preparation included.

    Raises:
        ValueError: no condition, or one listed twice.
    """

    conditions: tuple[Condition, ...]
    rule: StoppingRule = field(default_factory=FixedNumber)
    calls: float = math.inf

    def __post_init__(self) -> None:
        if not self.conditions or len(set(self.conditions)) < len(self.conditions):
            raise ValueError("conditions: give at least one, each once")

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other."""

        def ask(question: int, asked: int) -> Sample | None:
            turn = asked % len(self.conditions)
            following = self.conditions[turn:] + self.conditions[:turn]
            for condition in following:
                if drawing.left(question, condition):
                    return _drawn(drawing, question, condition)
                if not drawing.affords(question, condition):
                    break
                drawing.prepare(question, condition)
            return None

        return _each(drawing, ask, self.rule, Plain(), self.calls)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Draw the condition of every sample at random from fixed shares.

    Shares stay fixed, so samples are draws from one distribution as long as no cell runs out; then
    the others take over in proportion.

    Attributes:
        shares: above 0, by condition; they need not sum to 1.
        rule: when to stop.
        calls: a question at most, on average.

    Raises:
        ValueError: no share, or one that is not above 0.
    """

    shares: Mapping[Condition, float]
    rule: StoppingRule = field(default_factory=FixedNumber)
    calls: float = math.inf

    def __post_init__(self) -> None:
        _check_shares(self.shares)

    def answer(self, drawing: Drawing) -> Winners:
        """Answer one question after the other."""

        def ask(question: int, _: int) -> Sample | None:
            return mixed(drawing, question, self.shares)

        return _each(drawing, ask, self.rule, Plain(), self.calls)


@dataclass(frozen=True, slots=True)
class Shared:
    """Share one budget of calls among all questions: always the least settled next.

    Attributes:
        shares: of the conditions, as in ``Mixture``.
        calls: for each question on average, >= 1.
        plan: how they are shared out.

    Raises:
        ValueError: a share that is not above 0, or fewer than one call a question.
    """

    shares: Mapping[Condition, float]
    calls: float = 5.0
    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        _check_shares(self.shares)
        if not 1 <= self.calls < math.inf:
            raise ValueError(f"calls: {self.calls} a question; give at least 1")

    def answer(self, drawing: Drawing) -> Winners:
        """Answer all questions together."""
        questions = len(drawing.table.targets)
        shares = [self.shares] * questions
        return shared_out(drawing, shares, round(self.calls * questions), self.plan)


def shared_out(
    drawing: Drawing, shares: Sequence[Mapping[Condition, float]], budget: int, plan: Plan
) -> Winners:
    """Answer all questions together, always the least settled one next.

    Args:
        drawing: of the questions.
        shares: of the conditions, one mapping for each question.
        budget: calls over all questions.
        plan: how they are shared out.
    """
    questions = len(drawing.table.targets)
    running = Allocation(questions, plan)
    samples: list[list[Sample]] = [[] for _ in range(questions)]
    drawing.allow(budget)
    while drawing.room >= 1 and (taken := running.take()):
        question = taken[0]
        sample = mixed(drawing, question, shares[question])
        if sample is not None:
            samples[question].append(sample)
            running.tell(question, sample.answer)
        elif any(drawing.left(question, condition) for condition in shares[question]):
            break  # the draw that is next in turn cannot be paid: no cheaper one is looked for
    return tuple(winner_of(drawing, one, Plain()) for one in samples)


def _each(
    drawing: Drawing,
    ask: Callable[[int, int], Sample | None],
    rule: StoppingRule,
    spread: Spread,
    calls: float,
) -> Winners:
    winners, over = [], 0.0
    for question in range(len(drawing.table.targets)):
        drawing.allow(calls + over)
        samples: list[Sample] = []
        answers: list[str | None] = []
        while drawing.room >= 1 and not (samples and rule.stops(answers)):
            sample = ask(question, len(samples))
            if sample is None:
                break
            samples.append(sample)
            answers.append(sample.answer)
        winners.append(winner_of(drawing, samples, spread))
        over = left_over(drawing)
    return tuple(winners)


def left_over(drawing: Drawing) -> float:
    """Return the calls that may still be paid and are too few for a whole draw."""
    return min(drawing.room, drawing.table.dearest - 1)


def _drawn(drawing: Drawing, question: int, condition: Condition) -> Sample | None:
    """Draw, or return None where no sample is left or the next one cannot be paid."""
    if not (drawing.left(question, condition) and drawing.affords(question, condition)):
        return None
    recorded = drawing.draw(question, condition)
    return Sample(recorded.answer, not condition.wording, recorded.confidence)


def mixed(drawing: Drawing, question: int, shares: Mapping[Condition, float]) -> Sample | None:
    """Draw once under a condition by its share; None where nothing is left or can be paid."""
    there = [condition for condition in sorted(shares) if drawing.left(question, condition)]
    if len(there) < 2:  # nothing to choose: no draw, so that methods share the orders of samples
        return _drawn(drawing, question, there[0]) if there else None
    point = drawing.rng.random() * math.fsum(shares[condition] for condition in there)
    for condition in there:
        point -= shares[condition]
        if point < 0:
            return _drawn(drawing, question, condition)
    return _drawn(drawing, question, there[-1])


def winner_of(drawing: Drawing, samples: Sequence[Sample], spread: Spread) -> str | None:
    """Return what samples of one question come to."""
    rules = Rules(max(1, len(samples)), drawing.table.choices, spread=spread)
    return tally([ballot_of(VOTER, samples)], rules).winner


def _check_shares(shares: Mapping[Condition, float]) -> None:
    if not shares or not all(0 < share < math.inf for share in shares.values()):
        raise ValueError("shares: give at least one condition, each with a share above 0")
