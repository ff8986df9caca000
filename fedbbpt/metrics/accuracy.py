"""Accuracy on a closed label set: did the answer name an accepted label."""

from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.said import score_of
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
        targets = {normalised(target) for target in example.targets}
        return score_of(answer, example, lambda said: float(normalised(said) in targets))
