"""The numbers that a text names, read as people write them, exactly: total on any text."""

import re
from fractions import Fraction
from typing import NamedTuple

LONGEST = 300
"""Digits of the longest number; what is longer is no answer, and would cost time without bound."""

_SPACES = " \u00a0\u2009\u202f"
"""Plain, no-break, thin and narrow spaces, which may part groups of three digits."""

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
_SHORT_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9}
_SHORT = re.compile(rf"(?:{'|'.join(_SHORT_SCALES)})\b", re.IGNORECASE)
_SURE = ("k", "bn")
"""Short scales that need no currency: ``5m`` is a length, and ``300K`` may be a temperature."""

_UNSURE = re.compile(r"[KM]\b")
_GOES_ON = re.compile(r"(?:[.,]{0,3}|['_\u2019])[0-9](?:[.,'_\u2019]{0,3}[0-9])*|[eE][+-]?[0-9]+")
_MINUS = "-\u2212\u2013"


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        value: exactly what is written; a percentage as the number before its sign; None where it
            may be several numbers, as ``12,5`` and ``300K``, or is too long.
        percent: whether it is a percentage.
        start: its place in the text.
        end: place in the text behind it.
    """

    value: Fraction | None
    percent: bool
    start: int
    end: int


def number_pattern(decimal: str) -> re.Pattern[str]:
    """Return the pattern of one number whose decimal mark is ``"."`` or ``","``."""
    mark, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    # A mark that stands twice parts groups, whatever it is elsewhere: 1.234.567 has no decimals.
    twice = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{2,}}(?![0-9]|[.,][0-9])"
    groups = rf"[0-9]{{1,3}}(?:(?:{other}|['_\u2019{_SPACES}])[0-9]{{3}})+(?![0-9])"
    return re.compile(
        rf"(?P<sign>[{_MINUS}+]\s?)?(?P<currency>[$€£¥]\s?)?"
        rf"(?P<late>[{_MINUS}](?=[0-9.,]))?"
        rf"(?:(?P<whole>{twice}|{groups}|[0-9]+)(?:{mark}(?P<part>[0-9]+))?"
        rf"|(?<![0-9A-Za-z]){mark}(?P<only>[0-9]+))"
        rf"{_POWER}"
    )


def numbers_in(text: str, pattern: re.Pattern[str]) -> list[Number]:
    """Return every number that the text names, in order; none for what is endless or irrational.

    Thousands separators, signs, currencies, powers of ten, fractions (``3/4``, ``1 1/2``), percent
    signs, the words thousand to trillion and ``3.5k`` count; units do not.

    >>> [str(n.value) for n in numbers_in("from -1,250.5 to 3/4 or 45 %", number_pattern("."))]
    ['-2501/2', '3/4', '45']
    >>> [str(n.value) for n in numbers_in("1.234.567 of 12,5", number_pattern("."))]
    ['1234567', 'None']
    """
    found: list[Number] = []
    place = 0
    while match := pattern.search(text, place):
        number = _number(text, match)
        place = number.end
        if endless := _IRRATIONAL.match(text, place):
            place = endless.end()
        elif not _ROOT.search(text[max(0, number.start - 9) : number.start]):
            found.append(number)
    return found


def _number(text: str, match: re.Match[str]) -> Number:
    size, end = _size(match), match.end()
    if goes_on := _GOES_ON.match(text, end):
        size, end = None, goes_on.end()
    if size is not None:
        size, end = _scaled(text, match, size)
    percent = _PERCENT.match(text, end)
    value = -size if size is not None and _is_negative(text, match) else size
    return Number(value, percent is not None, match.start(), percent.end() if percent else end)


def _scaled(text: str, match: re.Match[str], size: Fraction) -> tuple[Fraction | None, int]:
    """Return the size with the fraction and the scale behind it, and where these end."""
    end = match.end()
    if match["part"] is None and match["only"] is None:
        size, end = _with_fraction(text, size, end)
    if scale := _SCALE.match(text, end):
        return size * _SCALES[scale[1].lower()], scale.end()
    short = _SHORT.match(text, end)
    if short and (match["currency"] or short[0] in _SURE):
        return size * _SHORT_SCALES[short[0].lower()], short.end()
    if unsure := _UNSURE.match(text, end):
        return None, unsure.end()
    return size, end


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
