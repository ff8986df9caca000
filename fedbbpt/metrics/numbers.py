"""The numbers that a text names, read as people write them: total on any text."""

import math
import re
from typing import NamedTuple

_SPACES = " \u00a0\u2009\u202f"
"""Plain, no-break, thin and narrow spaces, which may part groups of three digits."""

_PLAIN = rf"[0-9]{{1,3}}(?:[,'_\u2019{_SPACES}][0-9]{{3}})+(?![0-9])|[0-9]+"
_GERMAN = rf"[0-9]{{1,3}}(?:[.'_\u2019{_SPACES}][0-9]{{3}})+(?![0-9])|[0-9]+"
_POWER = (
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,4})"
    r"|\s?[x\u00d7*\u00b7]\s?10\s?\^\s?\{?(?P<power>[+-]?[0-9]{1,4}))?"
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_PERCENT = re.compile(r"\s?(?:%|percent\b|per cent\b)", re.IGNORECASE)
_SCALE = re.compile(rf"\s?({'|'.join(_SCALES)})s?\b", re.IGNORECASE)
_OVER = re.compile(r"\s?[/\u2044]\s?([0-9]{1,15})(?![0-9.,]*[0-9/])")
_MINUS = "-\u2212\u2013"


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        values: what it may mean: itself, and for a percentage also its hundredth.
        end: place in the text behind it.
    """

    values: tuple[float, ...]
    end: int


def number_pattern(decimal: str) -> re.Pattern[str]:
    """Return the pattern of one number whose decimal mark is ``"."`` or ``","``."""
    whole = _PLAIN if decimal == "." else _GERMAN
    mark = re.escape(decimal)
    return re.compile(
        rf"(?P<sign>[{_MINUS}+]\s?)?(?P<currency>[$€£¥]\s?)?"
        rf"(?:(?P<whole>{whole})(?:{mark}(?P<part>[0-9]+))?|{mark}(?P<only>[0-9]+))"
        rf"{_POWER}"
    )


def numbers_in(text: str, pattern: re.Pattern[str]) -> list[Number]:
    """Return every number that the text names, in order; none for what is no finite number.

    Thousands separators, signs, currencies, powers of ten, fractions (``3/4``, ``1 1/2``), percent
    signs and the words thousand to trillion count; units do not.

    >>> [n.values for n in numbers_in("from -1,250.5 to 3/4 or 45 %", number_pattern("."))]
    [(-1250.5,), (0.75,), (45.0, 0.45)]
    """
    found: list[Number] = []
    place = 0
    while match := pattern.search(text, place):
        number = _number(text, match)
        place = match.end() if number is None else number.end
        if number is not None:
            found.append(number)
    return found


def _number(text: str, match: re.Match[str]) -> Number | None:
    size = _size(match)
    end = match.end()
    if match["part"] is None and match["only"] is None:
        size, end = _with_fraction(text, size, end)
    if scale := _SCALE.match(text, end):
        size, end = size * _SCALES[scale[1].lower()], scale.end()
    value = -size if _is_negative(text, match) else size
    if not math.isfinite(value):
        return None
    if percent := _PERCENT.match(text, end):
        return Number((value, value / 100), percent.end())
    return Number((value,), end)


def _size(match: re.Match[str]) -> float:
    whole = re.sub(r"[^0-9]", "", match["whole"] or "0")
    part = match["part"] or match["only"] or "0"
    power = match["exponent"] or match["power"] or "0"
    return float(f"{whole}.{part}e{power}")


def _with_fraction(text: str, size: float, end: int) -> tuple[float, int]:
    """Return the size with what a fraction behind it adds, or divides it by."""
    if (over := _OVER.match(text, end)) and int(over[1]):
        return size / int(over[1]), over.end()
    mixed = re.compile(r"\s([0-9]{1,15})").match(text, end)
    if mixed and (over := _OVER.match(text, mixed.end())) and int(over[1]):
        return size + int(mixed[1]) / int(over[1]), over.end()
    return size, end


def _is_negative(text: str, match: re.Match[str]) -> bool:
    sign = match["sign"]
    if sign is None or sign[0] not in _MINUS:
        return False
    # In "3-4" or "pages 10-12" the mark joins two things; it is a sign at the head of a word only.
    before = text[match.start() - 1] if match.start() else " "
    return not (before.isalnum() or before in ")]%")
