"""Answers that are dates: the canonical form is that of ISO 8601, as far as the date is known."""

import calendar
import re
from dataclasses import dataclass

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import denies, is_denied
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.tidy import tidy

__all__ = ["Date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENDINGS = (
    "uary",
    "ruary",
    "ch",
    "il",
    "",
    "e",
    "y",
    "ust",
    "t(?:ember)?",
    "ober",
    "ember",
    "ember",
)
_MONTH = "|".join(f"{name}(?:{end})?" for name, end in zip(_MONTHS, _ENDINGS, strict=True))
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
_EDGES = (r"(?<![0-9A-Za-z/.-])", r"(?![0-9A-Za-z/]|[.-][0-9])")


def _form(inner: str) -> re.Pattern[str]:
    return re.compile(f"{_EDGES[0]}(?:{inner}){_EDGES[1]}", re.IGNORECASE)


_FORMS = (
    _form(rf"{_YEAR}[-/.](?P<month>[01]?[0-9])[-/.](?P<day>[0-3]?[0-9])(?:T[0-9:.]+Z?)?"),
    _form(rf"(?P<first>[0-3]?[0-9])(?P<mark>[-/.])(?P<second>[0-3]?[0-9])(?P=mark){_YEAR}"),
    _form(rf"(?P<name>{_MONTH})\.?\s{_DAY},?\s{_YEAR}"),
    _form(rf"{_DAY}\s(?:of\s)?(?P<name>{_MONTH})\.?,?\s{_YEAR}"),
    _form(rf"(?P<name>{_MONTH})\.?,?\s{_YEAR}"),
    _form(rf"{_YEAR}-(?P<month>[01][0-9])"),
    _form(r"(?P<year>1[0-9]{3}|2[0-9]{3})"),
)


@dataclass(frozen=True, slots=True)
class Date:
    """Reads dates of the years 1 to 9999, or a month of a year, or a year.

    ``May 6, 2024``, ``6th of May 2024``, ``05/06/2024`` and ``2024-05-06`` are one answer. A year
    of two digits is no answer: nobody knows its century.

    Attributes:
        day_first: True where ``05/06/2024`` is in June; a number above 12 is a day in any case.
        strict: True to accept announced answers only; else the last date of a reply counts.
    """

    day_first: bool = False
    strict: bool = False

    def about(self, question: str) -> "Date":  # noqa: ARG002 - dates are written alike everywhere
        """Return itself: the way to write dates does not depend on the question."""
        return self

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the date that a reply ends with."""
        search = None if self.strict else self._last
        return final_answer(text, self._read, search, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return the ISO form of the date that a text is."""
        return self._read(tidy(text))

    def _read(self, text: str) -> str | Abstain:
        dates = {} if denies(text) else self._dates(text)
        found = [date for place, date in dates.items() if not is_denied(text, place)]
        if not found:
            return Abstain("no answer")
        return found[0] if len(set(found)) == 1 else Abstain("several answers")

    def _last(self, text: str) -> str | Abstain:
        dates = self._dates(text)
        place = max(dates, default=0)
        return dates[place] if dates and not is_denied(text, place) else Abstain("no answer")

    def _dates(self, text: str) -> dict[int, str]:
        """Return the dates in a text by place; what is part of a longer date is none itself."""
        found: dict[int, str] = {}
        taken = bytearray(len(text))
        for form in _FORMS:
            for match in form.finditer(text):
                if any(taken[match.start() : match.end()]):
                    continue
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                if date := self._iso(match.groupdict()):
                    found[match.start()] = date
        return dict(sorted(found.items()))

    def _iso(self, parts: dict[str, str | None]) -> str:
        """Return the ISO form; empty for a day that does not exist."""
        year = int(parts["year"] or 0)
        month, day = _name_number(parts.get("name")) or int(parts.get("month") or 0), 0
        if parts.get("first"):
            one, two = int(parts["first"] or 0), int(parts["second"] or 0)
            turned = two <= 12 and (self.day_first or one > 12)
            month, day = (two, one) if turned else (one, two)
        elif "day" in parts:
            day = int(parts["day"] or 0)
        has_month = bool({"name", "month", "first"} & parts.keys())
        has_day = "day" in parts or "first" in parts
        if not year or (has_month and not 1 <= month <= 12):
            return ""
        if has_day and not 1 <= day <= calendar.monthrange(year, month)[1]:
            return ""
        tail = f"-{month:02}" if has_month else ""
        return f"{year:04}{tail}-{day:02}" if has_day else f"{year:04}{tail}"


def _name_number(name: str | None) -> int:
    """Return the number of a month by its name; 0 for none."""
    return _MONTHS.index(name[:3].casefold()) + 1 if name else 0
