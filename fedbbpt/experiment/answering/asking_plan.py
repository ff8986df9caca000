"""How many draws a question gets, who makes them, and when it is enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.canonical import digest
from fedbbpt.randomness import rng
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.stopping import (
    AdaptiveConsistency,
    Answers,
    EarlyStopping,
    FixedNumber,
    ModeCertified,
    StoppingRule,
)

RULES = ("fixed", "ac", "esc", "e-process", "shared")
NEW = "\0"
"""Stands for an answer that nobody gave yet."""


@dataclass(frozen=True, slots=True)
class AskingPlan:
    """The rules of asking, known before anything is asked.

    Attributes:
        rule: ``"fixed"``: so many draws, the owners in turn; ``"ac"``, ``"esc"``, ``"e-process"``:
            draws by owners at random until the rule stops; ``"shared"``: one budget for all
            questions, the least settled always next.
        draws: on one question at most; for ``"shared"`` on average.
        most: draws on one question at most where they are shared.
        threshold: of ``"ac"``.
        delta: of ``"e-process"``.
        window: of ``"esc"``.
        seed: decides which owner makes a draw, where that is at random.

    Raises:
        ValueError: a value out of range.
    """

    rule: str = "fixed"
    draws: int = 20
    most: int = 20
    threshold: float = 0.95
    delta: float = 0.05
    window: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"rule: {self.rule!r} is unknown; use {', '.join(RULES)}")
        self.stopping(())
        if self.rule == "shared" and self.most < self.draws:
            raise ValueError(
                f"most: {self.most} draws on one question are fewer than the average of "
                f"{self.draws}; raise --most"
            )

    @property
    def at_random(self) -> bool:
        """Whether every draw is by an owner at random, so that draws are from one distribution."""
        return self.rule != "fixed"

    @property
    def sharing(self) -> Plan:
        """The allocation of ``"shared"``."""
        return Plan(min(2, self.most), self.most)

    def stopping(self, choices: Sequence[str]) -> StoppingRule:
        """Return the rule for one question.

        Raises:
            ValueError: a value out of range.
        """
        match self.rule:
            case "ac":
                return AdaptiveConsistency(self.threshold, self.draws)
            case "esc":
                return EarlyStopping(self.window, self.draws)
            case "e-process":
                return ModeCertified(self.delta, len(choices) or None, self.draws)
            case _:
                return FixedNumber(self.draws)

    def owner_of(self, draw: int, text: str, owners: Sequence[str]) -> str:
        """Return who makes a draw; with the same seed always the same.

        In turn it begins at an owner that depends on the question, so that a number of draws that
        does not go up loads nobody more than others.
        """
        asked = digest(text)
        if not self.at_random:
            return owners[(int(asked[:8], 16) + draw) % len(owners)]
        chance = rng(self.seed, "answer owner", round=draw, client=asked)
        return owners[int(chance.integers(len(owners)))]


def at_least(rule: StoppingRule, answers: Answers) -> int:
    """Return how many draws the rule needs at any rate before it can stop, >= 1.

    So many can be under way at once, and never one is made that would not have been made one by
    one: nothing makes a rule stop sooner than that all further draws agree.
    """
    named = {answer for answer in answers if answer is not None}
    fewest = rule.cap - len(answers)
    for answer in [*sorted(named), NEW]:
        drawn = list(answers)
        for more in range(1, fewest + 1):
            drawn.append(answer)
            if rule.stops(drawn):
                fewest = more
                break
    return max(1, fewest)
