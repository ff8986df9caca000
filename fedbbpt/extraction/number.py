"""Answers that are numbers, exactly: ``1,000``, ``$1,000.00`` and ``1000 dollars`` are one."""

import re
from dataclasses import dataclass

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import denies
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.meant_number import asserted, given, told_last
from fedbbpt.extraction.number_words import spoken_number
from fedbbpt.extraction.numerals import LONGEST, number_pattern, numbers_in
from fedbbpt.extraction.numerals import Number as Written
from fedbbpt.extraction.tidy import tidy

__all__ = ["Number"]

PERCENTS = ("auto", "number", "share")

_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+(?=[A-Z\"'(])")
_LISTED = re.compile(
    r"^[ \t]*(?:step\s?)?[0-9]{1,2}[.):][ \t]+(?=\S)", re.IGNORECASE | re.MULTILINE
)
_ASKS_PERCENT = re.compile(
    r"\bpercentage\b|(?<![0-9])(?<![0-9]\s)(?:%|\bper ?cent\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Number:
    """Reads numbers; the canonical form is a whole number or a fraction in lowest terms.

    Signs, thousands separators, decimals, fractions, mixed numbers, powers of ten, currencies,
    LaTeX, English number words and digits of other scripts are read; units are passed over.
    ``5 or 6`` and a sum that nobody has worked out are no answer.

    Attributes:
        decimal: the mark before decimals, ``"."`` or ``","``; the other one parts thousands.
        percent: what ``30 %`` means: ``"number"`` is 30, ``"share"`` is 0.3, ``"auto"`` is 30 where
            the question asks for a percentage and 0.3 elsewhere. It is decided once a question.
        strict: True to accept announced answers only; else a reply without one answers with the
            last number of its last sentence that has some, asides (``in 48 hours``) left aside.

    Raises:
        ValueError: another decimal mark or meaning of percent.
    """

    decimal: str = "."
    percent: str = "auto"
    strict: bool = False

    def __post_init__(self) -> None:
        if self.decimal not in {".", ","}:
            raise ValueError(f'decimal: {self.decimal!r} is no decimal mark; write "." or ","')
        if self.percent not in PERCENTS:
            raise ValueError(f"percent: {self.percent!r} is unknown; use {', '.join(PERCENTS)}")

    def about(self, question: str) -> "NumberReader":
        """Return the reader of answers to a question."""
        asked = self.percent == "number" or (self.percent == "auto" and asks_percent(question))
        return NumberReader(number_pattern(self.decimal), asked, self.strict)


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads the numbers that answer one question.

    Attributes:
        pattern: of one number.
        percent_is_number: whether ``30 %`` is 30 and not 0.3.
        strict: whether announced answers only count.
    """

    pattern: re.Pattern[str]
    percent_is_number: bool
    strict: bool = False

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the key of the number that a reply ends with."""
        search = None if self.strict else self._last
        return final_answer(text, self._read, search, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return the key of the number that a text is."""
        return self._read(tidy(text))

    def _read(self, text: str) -> str | Abstain:
        """Return the number of the first sentence that has one."""
        if denies(text):
            return Abstain("no answer")
        for sentence in _SENTENCE.split(text):
            if numbers := numbers_in(sentence, self.pattern):
                return self._key(given(sentence, asserted(sentence, numbers)))
        spoken = spoken_number(text)
        return Abstain("no answer") if spoken is None else str(spoken)

    def _last(self, text: str) -> str | Abstain:
        """Return what the last sentence with a number works out or tells."""
        for sentence in reversed(_SENTENCE.split(_LISTED.sub("", text))):
            if numbers := numbers_in(sentence, self.pattern):
                return self._key(told_last(sentence, asserted(sentence, numbers)))
        spoken = spoken_number(text)
        return Abstain("no answer") if spoken is None else str(spoken)

    def _key(self, number: Written | Abstain) -> str | Abstain:
        if isinstance(number, Abstain):
            return number
        if number.value is None:
            return Abstain("several answers")  # and no other number of the reply instead
        share = number.percent and not self.percent_is_number
        key = str(number.value / 100 if share else number.value)
        return key if len(key) <= LONGEST else Abstain("no answer")


def asks_percent(question: str) -> bool:
    """Tell whether a question asks for a percentage, and does not only mention one.

    >>> asks_percent("What percent is red?"), asks_percent("If 30% are red, how many are blue?")
    (True, False)
    """
    sentences = re.split(r"(?<=[.?!])\s|\n", tidy(question).strip())
    asked = [sentence for sentence in sentences if sentence.endswith("?")] or sentences
    return _ASKS_PERCENT.search(asked[-1]) is not None
