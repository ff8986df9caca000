"""What came of questions: verdicts with counts, certificates and their conditions, and the cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from fedbbpt.canonical import canonical_json
from fedbbpt.comparison import wilson
from fedbbpt.experiment.answering.conditions import e_value
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.experiment.answering.weighing import Weighing
from fedbbpt.votes.gold import ClientWeight
from fedbbpt.votes.question import PromptUse
from fedbbpt.votes.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """One question answered.

    Attributes:
        asked: the question.
        verdict: the decision.
        draws: made.
        missing: draws without a reply.
        cut_off: abstentions whose reply reached its largest length.
        dropped: other wordings of the question that were paid for and thrown away.
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
    cut_off: int
    dropped: int
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
            "weights": {total.answer: total.weight for total in decided.standings},
            "abstentions": decided.abstentions,
            "missing": self.missing,
            "cut_off": self.cut_off,
            "dropped_wordings": self.dropped,
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
class GoldCost:
    """What the gold questions cost, counted as for verdicts.

    Attributes:
        questions: how many there were.
        draws: made on them.
        calls: of these.
        prompt_tokens: read.
        completion_tokens: written.
    """

    questions: int = 0
    draws: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


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
        weighing: what votes were to weigh.
        weights: every owner's, none where votes count alike by choice.
        gold: what the gold questions cost, in none of the figures of ``answered``.
    """

    answered: tuple[Answered, ...]
    rule: str
    source: str
    destinations: tuple[str, ...]
    paid: Paid
    notes: tuple[str, ...] = ()
    weighing: Weighing = field(default_factory=Weighing)
    weights: tuple[ClientWeight, ...] = ()
    gold: GoldCost = field(default_factory=GoldCost)

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
            "draws": self.gold.draws + sum(one.draws for one in self.answered),
            "calls": self.gold.calls + sum(one.verdict.calls for one in self.answered),
            "prompt_tokens": self.gold.prompt_tokens
            + sum(one.prompt_tokens for one in self.answered),
            "completion_tokens": self.gold.completion_tokens
            + sum(one.completion_tokens for one in self.answered),
            "missing": sum(one.missing for one in self.answered),
            "cut_off": sum(one.cut_off for one in self.answered),
            "dropped_wordings": sum(one.dropped for one in self.answered),
            "score": score,
            "weighing": asdict(self.weighing),
            "weights": [one._asdict() for one in self.weights],
            "gold": asdict(self.gold),
            "journal": asdict(self.paid),
            "notes": list(self.notes),
        }

    def lines(self) -> bytes:
        """Return one JSON object a question, one a line."""
        return b"".join(canonical_json(one.payload()) + b"\n" for one in self.answered)
