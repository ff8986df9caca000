"""One answer from several: the tally of one model's own samples."""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.reasoning.exchange import missing_in
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally


class Vote(NamedTuple):
    """One sample's answer, and whether the question was asked in its own words."""

    answer: Answer
    original: bool = True


def voted(votes: Sequence[Vote]) -> Answer:
    """Return the answer with the most votes.

    Ties go to the question in its own words, then by text, so the order does not matter. Missing
    where any is; unreadable, with all that was said, where nobody answered.
    """
    if missing := missing_in([vote.answer for vote in votes]):
        return missing
    samples = [Sample(said(vote.answer), vote.original) for vote in votes]
    counted = tally([ballot_of("samples", samples)], Rules(max(1, len(samples))))
    if counted.winner is None:
        return Unreadable("\n\n".join(_text(vote.answer) for vote in votes))
    return Text(counted.winner)


def said(answer: Answer) -> str | None:
    """Return the answer in words, None for an abstention."""
    match answer:
        case Text(text) | Scored(text):
            return text or None
        case LabelScores():
            return answer.best
        case Unreadable() | Missing():
            return None
        case _:
            assert_never(answer)


def _text(answer: Answer) -> str:
    return answer.text if isinstance(answer, Unreadable) else ""
