"""Accuracy on a closed label set: did the answer name an accepted label."""

from dataclasses import dataclass
from typing import assert_never

from fedbbpt.answers import Answer, LabelScores, Missing, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.reading import normalised

__all__ = ["Accuracy"]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Score 1 for an accepted label, else 0; case and spacing do not matter."""

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 where the label with the highest score, or the text, is accepted.

        Raises:
            ValueError: the answer is missing.
        """
        match answer:
            case LabelScores():
                said = answer.best
            case Text(text):
                said = text
            case Unreadable():
                return 0.0
            case Missing(reason):
                raise ValueError(f"example {example.id!r}: no answer to score ({reason})")
            case _:
                assert_never(answer)
        return float(normalised(said) in {normalised(target) for target in example.targets})
