"""What one client says to one question: how often each answer, and how often none."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One draw from the model, read and in canonical form.

    Attributes:
        answer: the canonical answer; None abstains: unreadable, cut off or refused.
        original: True where the question was asked in its own words, False for a paraphrase.
        confidence: mean log-probability of the answer's tokens, at most 0; None where the endpoint
            does not tell.

    Raises:
        ValueError: an empty answer, or a confidence above 0 or not finite.
    """

    answer: str | None
    original: bool = True
    confidence: float | None = None

    def __post_init__(self) -> None:
        if self.answer == "":
            raise ValueError("answer: an empty text is no answer; give None to abstain")
        if self.confidence is not None:
            _check_confidence(self.confidence)


@dataclass(frozen=True, slots=True)
class Support:
    """What a client gives one answer.

    Attributes:
        answer: the canonical answer.
        votes: how many samples gave it, >= 1.
        originals: how many of them were asked in the question's own words.
        confidences: one for each vote, in rising order, or none at all.

    Raises:
        ValueError: no answer, counts that do not fit each other, or not one confidence a vote.
    """

    answer: str
    votes: int
    originals: int
    confidences: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.answer:
            raise ValueError("answer: an empty text is no answer; count it as an abstention")
        if self.votes < 1 or not 0 <= self.originals <= self.votes:
            raise ValueError(
                f"votes: {self.votes} with {self.originals} originals; "
                "at least one vote, and no more originals than votes"
            )
        if len(self.confidences) not in {0, self.votes}:
            raise ValueError(
                f"confidences: {len(self.confidences)} for {self.votes} votes; one each, or none"
            )
        for confidence in self.confidences:
            _check_confidence(confidence)
        object.__setattr__(self, "confidences", tuple(sorted(self.confidences)))


@dataclass(frozen=True, slots=True)
class Ballot:
    """All that one client says to one question.

    Law: the order in which samples came is in no ballot.

    Attributes:
        client: name of the owner.
        supports: at most one for each answer, kept in the order of the answers' texts.
        abstentions: samples without a usable answer; they cost a call and never win.
        calls: requests that were paid for it, those of abstentions and of extraction included.

    Raises:
        ValueError: no client, an answer supported twice, a negative count, or confidences for
            some answers only.
    """

    client: str
    supports: tuple[Support, ...] = ()
    abstentions: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        if not self.client:
            raise ValueError("client: a ballot needs the name of its client")
        if len({support.answer for support in self.supports}) < len(self.supports):
            raise ValueError(f"supports: {self.client!r} supports an answer twice; add its votes")
        if self.abstentions < 0 or self.calls < 0:
            raise ValueError(
                f"counts of {self.client!r}: {self.abstentions} abstentions, {self.calls} calls; "
                "neither can be below 0"
            )
        if len({bool(support.confidences) for support in self.supports}) > 1:
            raise ValueError(f"confidences: {self.client!r} gives them for some answers only")
        ordered = tuple(sorted(self.supports, key=lambda support: support.answer))
        object.__setattr__(self, "supports", ordered)

    @property
    def votes(self) -> int:
        """Samples with an answer."""
        return sum(support.votes for support in self.supports)


def ballot_of(client: str, samples: Iterable[Sample], calls: int | None = None) -> Ballot:
    """Return the ballot that a client's samples make, in whatever order they came.

    Confidences are kept only where every answered sample has one.

    Args:
        client: name of the owner.
        samples: the draws.
        calls: requests that were paid; None for one a sample.

    >>> [(s.answer, s.votes) for s in ballot_of("a", map(Sample, ["7", None, "7"])).supports]
    [('7', 2)]
    """
    drawn = tuple(samples)
    answers = sorted({sample.answer for sample in drawn if sample.answer is not None})
    return Ballot(
        client,
        _supports(answers, drawn),
        sum(sample.answer is None for sample in drawn),
        len(drawn) if calls is None else calls,
    )


def together(ballots: Sequence[Ballot]) -> Ballot:
    """Return what one client says in several ballots on the same question, each of other draws.

    Confidences are kept only where every ballot with answers has them.

    Raises:
        ValueError: no ballot, or ballots of several clients.
    """
    if len({ballot.client for ballot in ballots}) != 1:
        raise ValueError("ballots: give at least one, all of one client")
    supports = [support for ballot in ballots for support in ballot.supports]
    told = all(support.confidences for support in supports)
    added = []
    for answer in sorted({support.answer for support in supports}):
        mine = [support for support in supports if support.answer == answer]
        confidences = tuple(c for support in mine for c in support.confidences)
        votes, originals = (sum(s.votes for s in mine), sum(s.originals for s in mine))
        added.append(Support(answer, votes, originals, confidences if told else ()))
    return Ballot(
        ballots[0].client,
        tuple(added),
        sum(ballot.abstentions for ballot in ballots),
        sum(ballot.calls for ballot in ballots),
    )


def _supports(answers: Iterable[str], drawn: tuple[Sample, ...]) -> tuple[Support, ...]:
    told = all(sample.confidence is not None for sample in drawn if sample.answer is not None)
    supports = []
    for answer in answers:
        mine = [sample for sample in drawn if sample.answer == answer]
        confidences = [sample.confidence for sample in mine if sample.confidence is not None]
        originals = sum(sample.original for sample in mine)
        supports.append(Support(answer, len(mine), originals, tuple(confidences) if told else ()))
    return tuple(supports)


def _check_confidence(confidence: float) -> None:
    if not math.isfinite(confidence) or confidence > 0:
        raise ValueError(f"confidence: {confidence} is no mean log-probability; give one <= 0")
