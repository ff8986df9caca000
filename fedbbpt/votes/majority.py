"""The majority of one model's own samples: self-consistency (Wang 2022, arXiv:2203.11171)."""

from collections.abc import Sequence

from fedbbpt.extraction import Abstain
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally


def sample_of(
    answer: str | Abstain, *, original: bool = True, confidence: float | None = None
) -> Sample:
    """Return what was read from a reply as one sample of a ballot."""
    return Sample(None if isinstance(answer, Abstain) else answer, original, confidence)


def majority(answers: Sequence[str | Abstain], choices: tuple[str, ...] = ()) -> str | Abstain:
    """Return the answer that most samples gave; an abstention where none gave one.

    Ties go by the order of the choices, then by text: the order of the samples does not matter.

    >>> majority(["8", Abstain("truncated"), "7", "8"])
    '8'
    """
    ballot = ballot_of("samples", map(sample_of, answers))
    winner = tally([ballot], Rules(max(1, len(answers)), choices)).winner
    return Abstain("no answer") if winner is None else winner
