"""The decision on one question with all that speaks for it."""

from dataclasses import dataclass
from typing import Literal

from fedbbpt.votes.mode_evidence import ModeEvidence, mode_evidence
from fedbbpt.votes.robustness import tolerated, unswayed_by
from fedbbpt.votes.sums import Total
from fedbbpt.votes.tally import Tally

DecidedBy = Literal["lead", "original question", "order of choices", "nobody"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a federation answers to one question.

    Attributes:
        winner: the answer; None where nobody gave one.
        decided_by: what put the winner before the second.
        standings: all answers from first to last.
        share: of the winner in all weight that was cast, in [0, 1]; 0 without a winner.
        abstentions: samples without a usable answer.
        calls: requests paid for it.
        tolerates: the largest number of dishonest clients for which the winner is still what the
            others chose; None where not even none. See ``robustness.certified``.
        unswayed_by: the largest number of clients that could not have changed the winner by voting
            otherwise; None without a winner.
        evidence: that no answer is more likely than the winner; None where samples were not drawn
            at random from one distribution, or did not count alike.
        refused: clients whose ballots were not counted: they voted twice, or too often.
    """

    winner: str | None
    decided_by: DecidedBy
    standings: tuple[Total, ...]
    share: float
    abstentions: int
    calls: int
    tolerates: int | None
    unswayed_by: int | None
    evidence: ModeEvidence | None
    refused: tuple[str, ...] = ()


def verdict(tally: Tally, *, drawn_at_random: bool = False) -> Verdict:
    """Return the decision that a tally comes to.

    Args:
        tally: of one question.
        drawn_at_random: True where each sample is an independent draw from one fixed distribution
            over clients, prompts and answers. It cannot be seen in the ballots; without it there
            is no evidence about the most likely answer.
    """
    cast = sum(total.weight for total in tally.standings)
    first = tally.standings[0].weight if tally.winner is not None else 0.0
    return Verdict(
        winner=tally.winner,
        decided_by=_decided_by(tally),
        standings=tally.standings,
        share=first / cast if cast else 0.0,
        abstentions=tally.sums.abstentions,
        calls=tally.sums.calls,
        tolerates=tolerated(tally),
        unswayed_by=unswayed_by(tally),
        evidence=_evidence(tally) if drawn_at_random else None,
        refused=tally.sums.refused,
    )


def _decided_by(tally: Tally) -> DecidedBy:
    if tally.winner is None:
        return "nobody"
    if tally.rival is None or tally.lead > 0:
        return "lead"
    first, second = tally.standings[:2]
    return "original question" if first.originals > second.originals else "order of choices"


def _evidence(tally: Tally) -> ModeEvidence | None:
    if tally.winner is None or not tally.rules.counts_alike:
        return None
    choices = len(tally.rules.choices) or None
    second = tally.rival.votes if tally.rival else 0
    distinct = len(tally.standings)
    return ModeEvidence(mode_evidence(tally.standings[0].votes, second, distinct, choices), choices)
