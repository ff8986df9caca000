"""What ballots come to: the one seam where secure sums and private counting will stand.

Everything behind this seam (tally, verdict, certificates) sees sums and the public reach of each
client, never a ballot. ``InTheClear`` adds ballots that everybody may read; a counter that adds
masked integers, or noise, has the same form.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fedbbpt.votes.ballots import Ballot
from fedbbpt.votes.confidence import Plain, Spread


@dataclass(frozen=True, slots=True)
class Rules:
    """How ballots count: known to everybody before any is cast.

    Attributes:
        samples: most votes that a client may cast on one question, >= 1.
        choices: the closed set of answers in the order of the question, empty for free answers.
        weights: of each vote by client, finite and >= 0; None for 1 each.
        spread: how the votes inside a ballot weigh against each other.

    Raises:
        ValueError: no sample, a choice listed twice or alone, or a weight out of range.
    """

    samples: int = 1
    choices: tuple[str, ...] = ()
    weights: Mapping[str, float] | None = None
    spread: Spread = field(default_factory=Plain)

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError(f"samples: {self.samples} is too few; a client casts at least one")
        if len(self.choices) == 1 or len(set(self.choices)) < len(self.choices):
            raise ValueError("choices: give at least two, each once, or none for free answers")
        for client, weight in (self.weights or {}).items():
            if not (math.isfinite(weight) and weight >= 0):
                raise ValueError(f"weights: {weight} of {client!r} is not a number >= 0")

    def reach(self, client: str) -> float:
        """Return the most that a client can add to one answer.

        Raises:
            ValueError: there are weights, and none for this client.
        """
        if self.weights is None:
            return float(self.samples)
        if client not in self.weights:
            raise ValueError(f"weights: none for {client!r}; estimate it, or give 0")
        return self.samples * self.weights[client]

    @property
    def counts_alike(self) -> bool:
        """True where every vote of every client counts 1, so that weights are counts of draws."""
        return self.weights is None and isinstance(self.spread, Plain)


@dataclass(frozen=True, slots=True)
class Total:
    """What an answer has over all clients.

    Attributes:
        answer: the canonical answer.
        votes: samples that gave it.
        weight: what they count together.
        originals: what those count that were asked in the question's own words.
    """

    answer: str
    votes: int
    weight: float
    originals: float


@dataclass(frozen=True, slots=True)
class Sums:
    """All ballots together.

    Attributes:
        totals: one for each answer that anybody gave.
        abstentions: samples without a usable answer, of refused ballots and outside the choices
            included.
        calls: requests paid for all of them.
        reaches: the most that each counted client could add to one answer, falling.
        refused: clients whose ballots were not counted, and not their word: two different ballots,
            or more votes than the rules allow.
    """

    totals: tuple[Total, ...]
    abstentions: int
    calls: int
    reaches: tuple[float, ...]
    refused: tuple[str, ...] = ()


class Counter(Protocol):
    """Who adds ballots up."""

    def count(self, ballots: Sequence[Ballot], rules: Rules) -> Sums:
        """Return the sums. Law: any order of the ballots gives the same sums, to the last bit."""
        ...


@dataclass(frozen=True, slots=True)
class InTheClear:
    """Adds ballots that it can read."""

    def count(self, ballots: Sequence[Ballot], rules: Rules) -> Sums:
        """Return the sums; the same ballot twice is one ballot that arrived twice.

        Raises:
            ValueError: there are weights, and none for one of the clients.
        """
        cast: dict[str, set[Ballot]] = {}
        for ballot in ballots:
            cast.setdefault(ballot.client, set()).add(ballot)
        once = {client: mine for client, mine in cast.items() if len(mine) == 1}
        counted = [b for mine in once.values() for b in mine if b.votes <= rules.samples]
        names = {ballot.client for ballot in counted}
        totals = _totals(counted, rules)
        everybody = [ballot for mine in cast.values() for ballot in mine]
        drawn = sum(ballot.votes + ballot.abstentions for ballot in everybody)
        return Sums(
            totals,
            drawn - sum(total.votes for total in totals),
            sum(ballot.calls for ballot in everybody),
            tuple(sorted((rules.reach(ballot.client) for ballot in counted), reverse=True)),
            tuple(sorted(cast.keys() - names)),
        )


def _totals(ballots: Sequence[Ballot], rules: Rules) -> tuple[Total, ...]:
    votes: dict[str, int] = {}
    weights: dict[str, list[float]] = {}
    originals: dict[str, list[float]] = {}
    for ballot in ballots:
        one = rules.reach(ballot.client) / rules.samples
        spread = rules.spread.weigh(ballot)
        for support in ballot.supports:
            answer = support.answer
            votes[answer] = votes.get(answer, 0) + support.votes
            weights.setdefault(answer, []).append(one * spread[answer])
            originals.setdefault(answer, []).append(one * support.originals)
    # fsum rounds once, whatever the order of its terms: arrival cannot decide.
    return tuple(
        Total(answer, votes[answer], math.fsum(weights[answer]), math.fsum(originals[answer]))
        for answer in sorted(votes)
        if not rules.choices or answer in rules.choices
    )
