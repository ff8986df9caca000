"""Exact match of a free answer with one of the accepted targets."""

from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.said import score_of
from fedbbpt.reading import bare

__all__ = ["Exact"]


@dataclass(frozen=True, slots=True)
class Exact:
    """Score 1 where the whole answer is an accepted target, else 0; spacing never matters.

    Attributes:
        case_sensitive: True to tell capitals from small letters.
        strip_punctuation: True to overlook quotes, brackets and emphasis around an answer and
            marks at its end; signs that change a value (``-3``, ``.5``, ``5%``) always count.
    """

    case_sensitive: bool = False
    strip_punctuation: bool = True

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 for a match.

        Raises:
            ValueError: the answer is missing.
        """
        targets = {self._form(target) for target in example.targets}
        return score_of(answer, example, lambda said: float(self._form(said) in targets))

    def _form(self, text: str) -> str:
        spaced = " ".join(text.split())
        cased = spaced if self.case_sensitive else spaced.casefold()
        return bare(cased) if self.strip_punctuation else cased
