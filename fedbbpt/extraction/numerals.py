"""The numbers that a text names, read as people write them, exactly: total on any text."""

import re
from fractions import Fraction
from typing import NamedTuple

LONGEST = 300
"""Digits of the longest number; what is longer is no answer, and would cost time without bound."""

_SPACES = " \u00a0\u2009\u202f"
"""Plain, no-break, thin and narrow spaces, which may part groups of three digits."""

_PLAIN = rf"[0-9]{{1,3}}(?:[,'_\u2019{_SPACES}][0-9]{{3}})+(?![0-9])|[0-9]+"
_GERMAN = rf"[0-9]{{1,3}}(?:[.'_\u2019{_SPACES}][0-9]{{3}})+(?![0-9])|[0-9]+"
_POWER = (
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,4})(?![0-9])"
    r"|\s?[x\u00d7*\u00b7]\s?10\s?\^\s?\{?(?P<power>[+-]?[0-9]{1,4})"
    r"|\^\{?(?P<raised>-?[0-9]{1,3})(?![0-9])\}?)?"
)
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PERCENT = re.compile(r"\s?(?:%|percent\b|per cent\b)", re.IGNORECASE)
_SCALE = re.compile(rf"\s?({'|'.join(_SCALES)})s?\b", re.IGNORECASE)
_OVER = re.compile(rf"\s?[/\u2044]\s?([0-9]{{1,{LONGEST}}})(?![0-9.,]*[0-9/])")
_MIXED = re.compile(r"\s([0-9]{1,15})(?=\s?[/\u2044])")
_IRRATIONAL = re.compile(
    r"\s?\*?\s?(?:(?:\\sqrt|\u221a)\s?[{(]?[0-9]*|\\pi\b|\u03c0|\^\{?[a-zA-Z])"
)
_ROOT = re.compile(r"(?:\\sqrt|\u221a)\s?[{(]?\s?$")
_THOUSANDS = re.compile(r"[kK]\b")
_MINUS = "-\u2212\u2013"


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        value: exactly what is written; a percentage as the number before its sign.
        percent: whether it is a percentage.
        start: its place in the text.
        end: place in the text behind it.
    """

    value: Fraction
    percent: bool
    start: int
    end: int


def number_pattern(decimal: str) -> re.Pattern[str]:
    """Return the pattern of one number whose decimal mark is ``"."`` or ``","``."""
    whole = _PLAIN if decimal == "." else _GERMAN
    mark = re.escape(decimal)
    return re.compile(
        rf"(?P<sign>[{_MINUS}+]\s?)?(?P<currency>[$€£¥]\s?)?"
        rf"(?P<late>[{_MINUS}](?=[0-9.,]))?"
        rf"(?:(?P<whole>{whole})(?:{mark}(?P<part>[0-9]+))?|{mark}(?P<only>[0-9]+))"
        rf"{_POWER}"
    )


def numbers_in(text: str, pattern: re.Pattern[str]) -> list[Number]:
    """Return every number that the text names, in order; none for what is endless or irrational.

    Thousands separators, signs, currencies, powers of ten, fractions (``3/4``, ``1 1/2``), percent
    signs and the words thousand to trillion count; units do not.

    >>> [str(n.value) for n in numbers_in("from -1,250.5 to 3/4 or 45 %", number_pattern("."))]
    ['-2501/2', '3/4', '45']
    """
    found: list[Number] = []
    place = 0
    while match := pattern.search(text, place):
        number = _number(text, match)
        place = number.end if number else match.end()
        if endless := _IRRATIONAL.match(text, place):
            place = endless.end()
        elif number and not _ROOT.search(text[max(0, number.start - 9) : number.start]):
            found.append(number)
    return found


def _number(text: str, match: re.Match[str]) -> Number | None:
    size = _size(match)
    if size is None:
        return None
    end = match.end()
    if match["part"] is None and match["only"] is None:
        size, end = _with_fraction(text, size, end)
    if scale := _SCALE.match(text, end):
        size, end = size * _SCALES[scale[1].lower()], scale.end()
    elif match["currency"] and (thousands := _THOUSANDS.match(text, end)):
        size, end = size * 1000, thousands.end()
    value = -size if _is_negative(text, match) else size
    percent = _PERCENT.match(text, end)
    return Number(value, percent is not None, match.start(), percent.end() if percent else end)


def _size(match: re.Match[str]) -> Fraction | None:
    """Return the size without fraction and scale, or None where it is too long to be written."""
    whole = re.sub(r"[^0-9]", "", match["whole"] or "0")
    part = match["part"] or match["only"] or ""
    power = int(match["exponent"] or match["power"] or "0")
    raised = int(match["raised"] or "1")
    if (len(whole) + len(part) + abs(power)) * max(1, abs(raised)) > LONGEST:
        return None
    size = Fraction(int(whole + part), 10 ** len(part)) * Fraction(10) ** power
    return None if size == 0 and raised < 0 else size**raised


def _with_fraction(text: str, size: Fraction, end: int) -> tuple[Fraction, int]:
    """Return the size with what a fraction behind it adds, or divides it by."""
    if (over := _OVER.match(text, end)) and int(over[1]):
        return size / int(over[1]), over.end()
    mixed = _MIXED.match(text, end)
    if mixed and (over := _OVER.match(text, mixed.end())) and int(over[1]):
        return size + Fraction(int(mixed[1]), int(over[1])), over.end()
    return size, end


def _is_negative(text: str, match: re.Match[str]) -> bool:
    if match["late"]:
        return True
    sign = match["sign"]
    if sign is None or sign[0] not in _MINUS:
        return False
    # In "3-4" or "pages 10-12" the mark joins two things; it is a sign at the head of a word only.
    before = text[match.start() - 1] if match.start() else " "
    return not (before.isalnum() or before in ")]%")
