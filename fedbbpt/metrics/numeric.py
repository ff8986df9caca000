"""Numeric match: the number that a reply ends with is an accepted one, within a tolerance."""

import math
from dataclasses import dataclass
from fractions import Fraction

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.extraction.number import Number
from fedbbpt.metrics.said import score_of

__all__ = ["Numeric"]


@dataclass(frozen=True, slots=True)
class Numeric:
    """Score 1 where the reply's number is an accepted target's, else 0.

    A reply is read as ``extraction.number`` reads it: the number behind the last announcement
    (``####``, ``answer is``, ``answer:``, a box), else the last one of the last sentence that has
    some. ``1,250``, ``1.25e3``, ``5/4 thousand`` and ``$1 250.00`` are the same number; ``45 %``
    meets ``45`` and ``0.45``. Units and words around it do not count. A reply or a target without
    a number meets nothing.

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
        ours = self._meanings(said)
        wanted = {value for target in example.targets for value in self._meanings(target)}
        return any(abs(one - other) <= self._room(other) for other in wanted for one in ours)

    def _room(self, target: Fraction) -> Fraction:
        return max(Fraction(self.relative) * abs(target), Fraction(self.absolute))

    def _meanings(self, text: str) -> set[Fraction]:
        """Return what the final number of a text may mean: of a percentage also its hundredth."""
        readers = (Number(self.decimal, percent).about("") for percent in ("number", "share"))
        keys = {reader.extract(text) for reader in readers}
        return {Fraction(key) for key in keys if isinstance(key, str)}
