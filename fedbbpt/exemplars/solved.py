"""A question with what a model said to it several times, and whether its answer may be shown."""

from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.mode_evidence import exact
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally
from fedbbpt.votes.verdict import verdict

LONGEST_QUESTION = 60
"""Words of a question that is shown."""

LONGEST_CHAIN = 12
"""Lines of a chain of thought that is shown."""

_ANYONE = "draws"


class Chain(NamedTuple):
    """One reply.

    Attributes:
        said: the whole reply.
        answer: that it ends with, in canonical form; None where there is none.
    """

    said: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Solved:
    """A question and all replies to it, drawn independently with one prompt at one endpoint.

    Attributes:
        question: its text.
        chains: in the order of the draws.
        targets: right answers in canonical form; empty where nobody knows them.
    """

    question: str
    chains: tuple[Chain, ...]
    targets: tuple[str, ...] = ()

    @property
    def disagreement(self) -> float:
        """Distinct answers as a share of the draws, in [0, 1]; no answer counts as one of its own.

        Diao 2023, arXiv:2302.12246, section 2.1.
        """
        if not self.chains:
            return 0.0
        named = {chain.answer for chain in self.chains if chain.answer is not None}
        return (len(named) + sum(c.answer is None for c in self.chains)) / len(self.chains)


@dataclass(frozen=True, slots=True)
class Proof:
    """What an answer that nobody checked must have for it.

    Attributes:
        share: of all answers, at least, in [0, 1].
        delta: its e-value is at least 1/delta; the chance that a question passes whose most likely
            answer is another one, in (0, 1).

    Raises:
        ValueError: a value out of its range.
    """

    share: float = 0.6
    delta: float = 0.05

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"share: {self.share} is outside [0, 1]; try 0.6")
        exact(self.delta)


def trusted_answer(solved: Solved, proof: Proof) -> str | None:
    """Return the answer that may be shown: a target that was drawn, or a vote with proof.

    None where there is neither. That the most likely answer is right is not proven.
    """
    if solved.targets:
        drawn = {chain.answer for chain in solved.chains}
        return next((target for target in solved.targets if target in drawn), None)
    samples = [Sample(chain.answer) for chain in solved.chains]
    if not samples:
        return None
    decided = verdict(
        tally([ballot_of(_ANYONE, samples)], Rules(samples=len(samples))), drawn_at_random=True
    )
    if decided.evidence is None or decided.share < proof.share:
        return None
    return decided.winner if decided.evidence.certifies(proof.delta) else None


def steps(said: str) -> int:
    """Return how many lines of reasoning a reply has; Fu 2023, arXiv:2210.00720, section 3.1."""
    return sum(bool(line.strip()) for line in said.splitlines())


def fit_to_show(solved: Solved, answer: str) -> tuple[Chain, ...]:
    """Return the chains that end with the answer and are short enough, the first drawn first.

    Zhang 2022, arXiv:2210.03493, section 4.2, with longer chains than its five lines.
    """
    if len(solved.question.split()) > LONGEST_QUESTION:
        return ()
    return tuple(
        chain
        for chain in solved.chains
        if chain.answer == answer and 0 < steps(chain.said) <= LONGEST_CHAIN
    )
