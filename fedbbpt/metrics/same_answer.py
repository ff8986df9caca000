"""The right answer, by the canonical form of the task's kind of answer."""

from dataclasses import dataclass, field

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.text import FreeText
from fedbbpt.metrics.said import score_of

__all__ = ["SameAnswer"]


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """Score 1 where the answer is the same as an accepted target, else 0.

    ``1,000`` and ``$1000.00`` are the same number, ``(B)`` and the text of option B one choice. It
    is the metric of a run with ``[task] answer`` that names no other one.

    Attributes:
        kind: of the answer; filled by the run.
    """

    kind: AnswerKind = field(default_factory=FreeText)

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 for the same answer.

        Raises:
            ValueError: the answer is missing.
        """
        return score_of(answer, example, lambda said: float(self._same(said, example)))

    def _same(self, said: str, example: Example) -> bool:
        reader = self.kind.about(example.input)
        ours = reader.canonical(said)
        return isinstance(ours, str) and ours in {reader.canonical(t) for t in example.targets}
