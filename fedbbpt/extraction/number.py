"""Answers that are numbers, exactly: ``1,000``, ``$1,000.00`` and ``1000 dollars`` are one."""

import re
from dataclasses import dataclass
from itertools import pairwise

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.announced import denies
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.number_words import spoken_number
from fedbbpt.extraction.numerals import LONGEST, number_pattern, numbers_in
from fedbbpt.extraction.numerals import Number as Written
from fedbbpt.extraction.tidy import tidy

__all__ = ["Number"]

PERCENTS = ("auto", "number", "share")

_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+(?=[A-Z\"'(])")
_NEXT_CLAUSE = re.compile(r"\b(?:because|since|as|so|which|if)\b|[,;]\s|\s\(")
_LISTED = re.compile(
    r"^[ \t]*(?:step\s?)?[0-9]{1,2}[.):][ \t]+(?=\S)", re.IGNORECASE | re.MULTILINE
)
_JOINED = re.compile(
    r"\s*(?:[A-Za-z]+\s+)?(?:to|or|and|through)\s+|\s*[-+*/x\u00d7\u00b7\u00f7^:]\s*"
)
_ASIDE = re.compile(
    r"\b(?:in|after|for|per|within|over|every|from|than|during|on)\s$", re.IGNORECASE
)
_EQUATED = re.compile(r"[=\u2248]\s*\(?$")
_AHEAD = re.compile(
    r"\W*(?:(?:about|around|approximately|exactly|only|just|simply|indeed|therefore|thus|equal|to"
    r"|a|an|total|of|that|is|are|there|now|x|USD|rs)\b\W*){0,6}",
    re.IGNORECASE,
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
                chosen = _meant(sentence, numbers)
                return self._key(chosen) if chosen else Abstain("several answers")
        spoken = spoken_number(text)
        return Abstain("no answer") if spoken is None else str(spoken)

    def _last(self, text: str) -> str | Abstain:
        """Return what the last sentence with a number works out or tells."""
        for sentence in reversed(_SENTENCE.split(_LISTED.sub("", text))):
            if numbers := numbers_in(sentence, self.pattern):
                return self._key(_worked_out(sentence, numbers) or _last_told(sentence, numbers))
        spoken = spoken_number(text)
        return Abstain("no answer") if spoken is None else str(spoken)

    def _key(self, number: Written) -> str | Abstain:
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


def _meant(sentence: str, numbers: list[Written]) -> Written | None:
    """Return the number that a sentence gives as the answer, or None where it gives several."""
    if worked_out := _worked_out(sentence, numbers):
        return worked_out
    first = numbers[0]
    ahead = _AHEAD.fullmatch(sentence[: first.start]) is not None
    clause = _NEXT_CLAUSE.search(sentence, first.end)
    inside = [number for number in numbers if clause is None or number.start < clause.start()]
    chosen = first if ahead else (inside or numbers)[-1]
    joined = (
        chosen in pair and pair[0].value != pair[1].value and _joined(sentence, *pair)
        for pair in pairwise(numbers)
    )
    return None if any(joined) else chosen


def _worked_out(sentence: str, numbers: list[Written]) -> Written | None:
    """Return the last number behind an equals sign with which nothing is left to do."""
    following = [*numbers[1:], None]
    done = [
        number
        for number, after in zip(numbers, following, strict=True)
        if _EQUATED.search(sentence[max(0, number.start - 4) : number.start])
        and (after is None or not _joined(sentence, number, after))
    ]
    return done[-1] if done else None


def _last_told(sentence: str, numbers: list[Written]) -> Written:
    """Return the last number that is not only an aside, as ``in 48 hours`` is; else the last."""
    told = [
        number
        for number in numbers
        if not _ASIDE.search(sentence[max(0, number.start - 8) : number.start])
    ]
    return (told or numbers)[-1]


def _joined(sentence: str, first: Written, second: Written) -> bool:
    """Tell whether two numbers are ends of a range, alternatives or parts of a sum."""
    between = sentence[first.end : second.start]
    signed = sentence[second.start] in "+-" and not between.strip()
    return signed or _JOINED.fullmatch(between) is not None
