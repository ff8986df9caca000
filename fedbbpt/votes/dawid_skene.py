"""How often each client is right, from agreement alone: one-coin Dawid-Skene.

Dawid and Skene 1979, with one coin a client instead of a matrix: right with probability p, else one
of the wrong answers, all alike. Colluding clients that agree more often than honest ones win this
game: see ``reliability.smaller``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fedbbpt.votes.reliability import Prior

Answered = Mapping[str, str | None]
"""One question: each client's answer; None abstains."""

Beliefs = dict[str, float]


@dataclass(frozen=True, slots=True)
class OneCoin:
    """The estimate's settings.

    Attributes:
        wrong_answers: how many wrong answers a question has, >= 1.
        prior: what is believed before.
        steps: most rounds of expectation and maximisation, >= 1.
        tolerance: stop when no accuracy moves by more.

    Raises:
        ValueError: a value out of range.
    """

    wrong_answers: int = 1
    prior: Prior = field(default_factory=Prior)
    steps: int = 100
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if self.wrong_answers < 1 or self.steps < 1 or not self.tolerance >= 0:
            raise ValueError(
                f"wrong_answers: {self.wrong_answers}, steps: {self.steps}, tolerance: "
                f"{self.tolerance}; at least 1, 1 and 0"
            )

    def accuracies(self, questions: Sequence[Answered]) -> dict[str, float]:
        """Return each client's estimated share of right answers, in (0, 1).

        Begins at the shares of votes. A client that only abstains keeps its prior.
        """
        answered = [_given(question) for question in questions]
        clients = sorted({client for question in questions for client in question})
        beliefs = [_shares(given) for given in answered]
        found = self._maximised(clients, answered, beliefs)
        for _ in range(self.steps):
            before = found
            beliefs = self._expected(answered, found)
            found = self._maximised(clients, answered, beliefs)
            if all(abs(found[client] - before[client]) <= self.tolerance for client in clients):
                break
        return found

    def _maximised(
        self,
        clients: Sequence[str],
        answered: Sequence[Mapping[str, str]],
        beliefs: Sequence[Beliefs],
    ) -> dict[str, float]:
        right: dict[str, list[float]] = {client: [] for client in clients}
        for given, belief in zip(answered, beliefs, strict=True):
            for client, answer in given.items():
                right[client].append(min(1.0, belief[answer]))
        return {
            client: self.prior.smoothed(math.fsum(mine), len(mine))
            for client, mine in right.items()
        }

    def _expected(
        self, answered: Sequence[Mapping[str, str]], accuracies: Mapping[str, float]
    ) -> list[Beliefs]:
        """Return for each question how likely each answer that was given is the right one."""
        # Against "all others wrong" a vote multiplies the odds of its answer by K p / (1 - p).
        gains = {
            client: math.log(self.wrong_answers * accuracy / (1 - accuracy))
            for client, accuracy in accuracies.items()
        }
        return [_belief(given, gains) for given in answered]


def _belief(given: Mapping[str, str], gains: Mapping[str, float]) -> Beliefs:
    votes: dict[str, list[float]] = {}
    for client, answer in given.items():
        votes.setdefault(answer, []).append(gains[client])
    odds = {answer: math.fsum(mine) for answer, mine in votes.items()}
    highest = max(odds.values(), default=0.0)
    raised = {answer: math.exp(value - highest) for answer, value in odds.items()}
    whole = math.fsum(raised.values())
    return {answer: value / whole for answer, value in raised.items()}


def _given(question: Answered) -> dict[str, str]:
    return {client: answer for client, answer in question.items() if answer is not None}


def _shares(given: Mapping[str, str]) -> Beliefs:
    answers = list(given.values())
    return {answer: answers.count(answer) / len(answers) for answer in set(answers)}
