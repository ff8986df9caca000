"""What each client's vote weighs, from questions whose answers are known and from agreement."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fedbbpt.votes.ballots import Ballot
from fedbbpt.votes.dawid_skene import OneCoin
from fedbbpt.votes.reliability import Prior, smaller, vote_weights

Weighting = Literal["gold", "reliability"]

Heard = Mapping[str, Ballot]
"""One question: what each client that is heard said to it."""


class Gold(NamedTuple):
    """A question whose answer is known, answered.

    Attributes:
        heard: what each client said.
        targets: its right answers in canonical form.
        owner: the client whose own example it is, which is not marked on it: it knows the answer;
            empty where no client has it.
    """

    heard: Heard
    targets: tuple[str, ...]
    owner: str = ""


class ClientWeight(NamedTuple):
    """What a client's vote weighs, and why.

    Attributes:
        client: its name.
        weight: of each of its votes, >= 0.
        right: gold questions that it was right on; of several draws on one, the share of them.
        marked: gold questions that it gave an answer to, none of its own among them.
        gold: how often it is right by these, smoothed, in (0, 1).
        agreement: how often by agreement with the others; None where that was not asked for.
    """

    client: str
    weight: float
    right: float
    marked: int
    gold: float
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Weigher:
    """Turns answers into weights.

    By ``"gold"`` a weight depends on the client's own marks alone, so that no client can move the
    weight of another. By ``"reliability"`` it is the smaller of that and of agreement, which is
    moved by what others say.

    Attributes:
        weighting: ``"gold"`` or ``"reliability"``.
        wrong_answers: how many wrong answers a question has, >= 1.
        prior: what is believed of a client before it answered anything.
    """

    weighting: Weighting = "reliability"
    wrong_answers: int = 1
    prior: Prior = field(default_factory=Prior)

    def weights(
        self, clients: Sequence[str], gold: Sequence[Gold], others: Sequence[Heard] = ()
    ) -> tuple[ClientWeight, ...]:
        """Return one weight a client, in the order of their names.

        Law: any order of the questions gives the same weights.

        Args:
            clients: all that may vote.
            gold: marked questions.
            others: questions without a known answer; agreement is on all questions together.
        """
        names = sorted(clients)
        marks = {name: _marks(name, gold) for name in names}
        by_gold = {name: self.prior.smoothed(*marks[name]) for name in names}
        if self.weighting == "gold":
            accuracies, agreement = by_gold, dict[str, float]()
        else:
            everything = [*(one.heard for one in gold), *others]
            agreement = self._agreement(names, everything)
            accuracies = smaller(by_gold, agreement)
        weights = vote_weights(accuracies, self.wrong_answers)
        return tuple(
            ClientWeight(name, weights[name], *marks[name], by_gold[name], agreement.get(name))
            for name in names
        )

    def _agreement(self, names: Sequence[str], questions: Sequence[Heard]) -> dict[str, float]:
        answered = [
            {name: _one_answer(heard[name]) if name in heard else None for name in names}
            for heard in questions
        ]
        return OneCoin(self.wrong_answers, self.prior).accuracies(answered)


class _Marks(NamedTuple):
    right: float
    marked: int


def _marks(client: str, gold: Sequence[Gold]) -> _Marks:
    shares = []
    for one in gold:
        ballot = one.heard.get(client)
        if one.owner != client and ballot is not None and ballot.votes:
            hits = sum(
                support.votes for support in ballot.supports if support.answer in one.targets
            )
            shares.append(hits / ballot.votes)
    return _Marks(math.fsum(shares), len(shares))


def _one_answer(ballot: Ballot) -> str | None:
    """Return what a client said most often; None where that is no single answer."""
    most = max((support.votes for support in ballot.supports), default=0)
    first = [support.answer for support in ballot.supports if support.votes == most]
    return first[0] if len(first) == 1 else None
