"""Which of a sentence's numbers is the one that it gives as the answer."""

import re
from collections.abc import Sequence
from itertools import pairwise

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import has_denial, is_denied
from fedbbpt.extraction.numerals import Number

_NEXT_CLAUSE = re.compile(r"\b(?:because|since|as|so|which|if)\b|[,;]\s|\s\(")
_JOINED = re.compile(
    r"\s*(?:[A-Za-z]+\s+)?(?:to|or|and|through)\s+|\s*[-+*/x\u00d7\u00b7\u00f7^:]\s*"
)
_UNIT = (
    r"(?:years?|yrs?|months?|weeks?|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s"
    r"|miles?|yards?|yd|feet|foot|ft|inch(?:es)?|km|met(?:er|re)s?|cm|mm"
    r"|stones?|pounds?|lbs?|ounces?|oz|kg|g|grams?|dollars?|euros?|cents?|degrees?)"
)
_COMPOUND = re.compile(
    rf"\s?{_UNIT}(?:\.?,?\s+(?:and\s+)?)?|:|\s?[\u00b0'\u2032]\s?", re.IGNORECASE
)
"""Between the parts of one quantity: ``2 hours 30 minutes``, ``2:30``, ``5'3``."""

_ASIDE = re.compile(
    r"\b(?:in|after|for|per|within|over|every|from|than|during|on)\s$", re.IGNORECASE
)
_EQUATED = re.compile(r"[=\u2248]\s*\(?$")
_AHEAD = re.compile(
    r"\W*(?:(?:about|around|approximately|exactly|only|just|simply|indeed|therefore|thus|equal|to"
    r"|a|an|total|of|that|is|are|there|now|x|USD|rs)\b\W*){0,6}",
    re.IGNORECASE,
)


def asserted(sentence: str, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers that a sentence does not deny: of ``6, not 4 or 5`` the first."""
    if not has_denial(sentence):
        return list(numbers)
    kept: list[Number] = []
    before: Number | None = None
    for number in numbers:
        denied = is_denied(sentence, number.start, number.end)
        if denied or (before and _joined(sentence, before, number)):
            before = number
        else:
            kept.append(number)
            before = None
    return kept


def given(sentence: str, numbers: Sequence[Number]) -> Number | Abstain:
    """Return the number that a sentence behind an announcement gives as the answer.

    Args:
        sentence: as it stands.
        numbers: in it, those that it does not deny.
    """
    if not numbers:
        return Abstain("no answer")
    if worked_out := _worked_out(sentence, numbers):
        return worked_out
    first = numbers[0]
    ahead = _AHEAD.fullmatch(sentence[: first.start]) is not None
    clause = _NEXT_CLAUSE.search(sentence, first.end)
    inside = [number for number in numbers if clause is None or number.start < clause.start()]
    chosen = first if ahead else (inside or numbers)[-1]
    joined = (
        chosen in pair
        and ((pair[0].value != pair[1].value and _joined(sentence, *pair)) or _one(sentence, *pair))
        for pair in pairwise(numbers)
    )
    return Abstain("several answers") if any(joined) else chosen


def told_last(sentence: str, numbers: Sequence[Number]) -> Number | Abstain:
    """Return the number that a sentence works out, else the last that is no aside, else the last.

    Args:
        sentence: as it stands, ``in 48 hours`` is an aside of it.
        numbers: in it, those that it does not deny.
    """
    if not numbers:
        return Abstain("no answer")
    if worked_out := _worked_out(sentence, numbers):
        return worked_out
    told = [
        number
        for number in numbers
        if not _ASIDE.search(sentence[max(0, number.start - 8) : number.start])
    ]
    chosen = (told or numbers)[-1]
    if any(chosen in pair and _one(sentence, *pair) for pair in pairwise(numbers)):
        return Abstain("several answers")
    return chosen


def _worked_out(sentence: str, numbers: Sequence[Number]) -> Number | None:
    """Return the last number behind an equals sign with which nothing is left to do."""
    following = [*numbers[1:], None]
    done = [
        number
        for number, after in zip(numbers, following, strict=True)
        if _EQUATED.search(sentence[max(0, number.start - 4) : number.start])
        and (
            after is None or not (_joined(sentence, number, after) or _one(sentence, number, after))
        )
    ]
    return done[-1] if done else None


def _joined(sentence: str, first: Number, second: Number) -> bool:
    """Tell whether two numbers are ends of a range, alternatives or parts of a sum."""
    between = sentence[first.end : second.start]
    signed = sentence[second.start] in "+-" and not between.strip()
    return signed or _JOINED.fullmatch(between) is not None


def _one(sentence: str, first: Number, second: Number) -> bool:
    """Tell whether two numbers are parts of one quantity, in a larger and a smaller unit."""
    return _COMPOUND.fullmatch(sentence, first.end, second.start) is not None
