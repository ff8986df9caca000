"""What came of questions: verdicts with counts, certificates and their conditions, and the cost."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from fedbbpt.canonical import canonical_json
from fedbbpt.comparison import wilson
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.votes.question import PromptUse
from fedbbpt.votes.verdict import Verdict

LARGEST = Fraction(10) ** 300
"""E-values above it are shown as this."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question answered.

    Attributes:
        asked: the question.
        verdict: the decision.
        draws: made.
        missing: draws without a reply.
        prompt_tokens: read.
        completion_tokens: written.
        prompts: asked with, and how often.
        owners: draws by owner.
        conditions: what is proven of the answer and under which conditions, in words.
    """

    asked: Asked
    verdict: Verdict
    draws: int
    missing: int
    prompt_tokens: int
    completion_tokens: int
    prompts: tuple[PromptUse, ...]
    owners: Mapping[str, int]
    conditions: tuple[str, ...]

    @property
    def right(self) -> bool | None:
        """Whether the verdict is a target; None where the question has none."""
        return self.verdict.winner in self.asked.targets if self.asked.targets else None

    def payload(self) -> dict[str, object]:
        """Return it as JSON values."""
        decided = self.verdict
        return {
            "id": self.asked.id,
            "question": self.asked.text,
            "answer": decided.winner,
            "decided_by": decided.decided_by,
            "share": decided.share,
            "counts": {total.answer: total.votes for total in decided.standings},
            "abstentions": decided.abstentions,
            "missing": self.missing,
            "draws": self.draws,
            "calls": decided.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "owners": dict(self.owners),
            "refused": list(decided.refused),
            "prompts": {one.prompt: one.draws for one in self.prompts},
            "certificate": {
                "tolerates": decided.tolerates,
                "unswayed_by": decided.unswayed_by,
                "e_value": e_value(decided),
                "conditions": list(self.conditions),
            },
            "targets": list(self.asked.targets),
            "right": self.right,
        }


@dataclass(frozen=True, slots=True)
class Paid:
    """What the folder's journal holds, over its whole life."""

    calls: int
    possibly_billed: int
    prompt_tokens: int
    completion_tokens: int
    nanodollars: int
    now: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All questions answered.

    Attributes:
        answered: one a question, in their order.
        rule: of stopping.
        source: of the prompts.
        destinations: where the questions went.
        paid: from the journal.
        notes: what a careful reader should know.
    """

    answered: tuple[Answered, ...]
    rule: str
    source: str
    destinations: tuple[str, ...]
    paid: Paid
    notes: tuple[str, ...] = ()

    @property
    def unanswered(self) -> int:
        """Questions that nobody gave a usable answer to."""
        return sum(one.verdict.winner is None for one in self.answered)

    def payload(self) -> dict[str, object]:
        """Return the figures over all questions as JSON values."""
        marked = [one.right for one in self.answered if one.right is not None]
        score = None
        if marked:
            low, high = wilson(sum(marked), len(marked))
            score = {"accuracy": sum(marked) / len(marked), "low": low, "high": high}
            score["questions"] = len(marked)
        return {
            "questions": len(self.answered),
            "unanswered": self.unanswered,
            "rule": self.rule,
            "prompts": self.source,
            "destinations": list(self.destinations),
            "draws": sum(one.draws for one in self.answered),
            "calls": sum(one.verdict.calls for one in self.answered),
            "prompt_tokens": sum(one.prompt_tokens for one in self.answered),
            "completion_tokens": sum(one.completion_tokens for one in self.answered),
            "missing": sum(one.missing for one in self.answered),
            "score": score,
            "journal": asdict(self.paid),
            "notes": list(self.notes),
        }

    def lines(self) -> bytes:
        """Return one JSON object a question, one a line."""
        return b"".join(canonical_json(one.payload()) + b"\n" for one in self.answered)


def e_value(decided: Verdict) -> float | None:
    """Return the evidence as a number, None where there is none."""
    if decided.evidence is None:
        return None
    return float(min(Fraction(decided.evidence.e_value), LARGEST))


def conditions_of(decided: Verdict, owners: Sequence[str], *, at_random: bool) -> tuple[str, ...]:
    """Return what is proven of a verdict and what it rests on, one sentence each.

    Args:
        decided: the verdict.
        owners: those whose ballots were asked for.
        at_random: whether every draw was by an owner at random.
    """
    if decided.winner is None:
        return ("nothing is proven: nobody gave a usable answer",)
    said = [_robust(decided, len(owners)), _evidence(decided, at_random=at_random)]
    if decided.decided_by not in {"lead", "nobody"}:
        said.append(f"a tie, decided by the {decided.decided_by}")
    if decided.refused:
        said.append(
            f"not counted: {', '.join(decided.refused)}, with two different ballots or too many "
            "votes"
        )
    return tuple(said)


def _robust(decided: Verdict, owners: int) -> str:
    if owners == 1:
        return "one owner alone was asked: its vote is its word, and nothing bears its lying"
    f = decided.tolerates or 0
    if f == 0:
        return "one lying owner could be the reason for this answer"
    return (
        f"whichever {f} of {owners} owners lied, the others chose this answer too; "
        "that they are right is not said"
    )


def _evidence(decided: Verdict, *, at_random: bool) -> str:
    value = e_value(decided)
    if value is None:
        why = "were asked in turn, not at random" if not at_random else "did not count alike"
        return f"no evidence on the most likely answer: owners {why}"
    reached = "at least 20" if value >= 20 else "below 20"
    return (
        f"e-value {value:.3g} ({reached}; it reaches 20 in at most 5 of 100 cases where another "
        "answer is more likely, whenever one looks): if draws are independent, each by an owner "
        "and a prompt at random; that the most likely answer is right is not said"
    )
