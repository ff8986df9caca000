"""Numeric match: the number that a reply ends with is an accepted one, within a tolerance."""

import math
import re
from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.numbers import Number, number_pattern, numbers_in
from fedbbpt.metrics.said import score_of

__all__ = ["Numeric"]

_ANNOUNCED = re.compile(r"####|\banswer\b\W{0,4}(?:(?:is|was|equals)\b|[:=])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numeric:
    """Score 1 where the reply's number is an accepted target's, else 0.

    The number is the first one behind the last ``####``, ``answer is`` or ``answer:``; without
    these, or where none follows, the last one of the reply. ``1,250``, ``1.25e3``, ``5/4 thousand``
    and ``$1 250.00`` are the same number; a percentage means itself or its hundredth, so ``45 %``
    meets ``45`` and ``0.45``. Units and words around it do not count. A reply or a target without a
    number meets nothing.

    Attributes:
        relative: largest difference as a share of the target, >= 0.
        absolute: largest difference, >= 0; the wider of both counts.
        decimal: the mark before decimals, ``"."`` or ``","``; the other one parts thousands.

    Raises:
        ValueError: a tolerance below 0 or no number, or another decimal mark.
    """

    relative: float = 1e-6
    absolute: float = 1e-9
    decimal: str = "."

    def __post_init__(self) -> None:
        for name, value in (("relative", self.relative), ("absolute", self.absolute)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name}: {value} is no tolerance; write 0 or a small number")
        if self.decimal not in {".", ","}:
            raise ValueError(f'decimal: {self.decimal!r} is no decimal mark; write "." or ","')

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 for an accepted number.

        Raises:
            ValueError: the answer is missing.
        """
        return score_of(answer, example, lambda said: float(self._meets(said, example)))

    def _meets(self, said: str, example: Example) -> bool:
        number = self._final(said)
        if number is None:
            return False
        wanted = [self._final(target) for target in example.targets]
        return any(
            math.isclose(ours, theirs, rel_tol=0, abs_tol=self._room(theirs))
            for target in wanted
            if target is not None
            for theirs in target.values
            for ours in number.values
        )

    def _room(self, target: float) -> float:
        return max(self.relative * abs(target), self.absolute)

    def _final(self, text: str) -> Number | None:
        pattern = number_pattern(self.decimal)
        announced = list(_ANNOUNCED.finditer(text))
        behind = numbers_in(text[announced[-1].end() :], pattern) if announced else []
        if behind:
            return behind[0]
        return next(reversed(numbers_in(text, pattern)), None)
