r"""Where a reply says that its answer comes: ``Answer:``, ``the answer is``, ``####``, a box."""

import re
from typing import NamedTuple

MOST = 20
"""Announcements that are looked at, from the last one back."""

_LONGEST_BOX = 1000
_MARKUP = " \t\r*_`\"'$:."

_STILL_OPEN = r"(?:\b(?:if|whether|find|get|reach|compute|calculate|determine|check|verify)\b"
_HEAD = r"\b(?:answer|(?:correct|right|best|final)\s(?:option|choice|response|solution|result))\b"
_ASIDE = r"(?:\s*\([^()\n]{1,40}\))?(?:\s(?:to|for|of)\b[^.:=?!\n]{1,80}?)?"
_VERB = (
    r"(?:\s(?:is|was|are|equals|(?:would|will|should|must|can\sonly)\sbe)\b"
    r"(?!\s(?:correct|right|wrong|as\sfollows)\b)|\s*(?:[:=]|->|\u2192|\n)|\s-\s"
    r"|\s(?=(?:(?:can|could|will|would|should|must|may|might)(?:\s?not|\snever|n['\u2019]t)\sbe"
    r"|(?:ca|wo)n['\u2019]t\sbe|(?:is|was)n['\u2019]t|does(?:\snot|n['\u2019]t)\sequal)\b))"
)
_ENGLISH = (
    rf"(?P<open>{_STILL_OPEN}\s(?:\w{{1,12}}\s){{0,2}})?){_HEAD}[\"'_*]{{0,2}}{_ASIDE}{_VERB}"
)
_OTHERS = (
    r"(?:\b(?:antwort|respuesta|r\u00e9ponse|risposta|resposta|jibu|\u043e\u0442\u0432\u0435\u0442)\b"
    r"|\u7b54\u6848|\u7b54\u3048|\u0989\u09a4\u09cd\u09a4\u09b0"
    r"|\u0c38\u0c2e\u0c3e\u0c27\u0c3e\u0c28\u0c02|\u0e04\u0e33\u0e15\u0e2d\u0e1a)"
    r"[\"'_* ]{0,3}"
    r"(?:ist|lautet|es|est|\u00e8|\u00e9|ni|\u662f|\u4e3a|\u306f|\u0e04\u0e37\u0e2d|[:=])"
)
_HASHES = (
    r"^[ \t]*\#{4}(?!\#)(?![ \t]*(?:step|part|case|method|note|solution|explanation|problem"
    r"|question|[0-9]+[.)][ \t])\b)"
)
_PATTERN = re.compile(
    rf"{_ENGLISH}|{_OTHERS}|{_HASHES}|(?P<box>\\f?boxed\s*\{{)", re.IGNORECASE | re.MULTILINE
)
_UNKNOWN = re.compile(
    r"\b(?:unknown|undetermined|unclear|not\s(?:enough|known|clear|given|possible)"
    r"|(?:can\s?not|can't|could\s?not|impossible\sto)\s(?:be\s)?\w+)\b",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """What stands behind an announcement.

    Attributes:
        text: to the end of the line, or of the box.
        start: place of the announcement.
    """

    text: str
    start: int


def announced(text: str) -> list[Span]:
    r"""Return what stands behind the announcements of an answer, the last one first.

    An announcement with an empty line behind it means the next line. One that only looks for an
    answer (``to find the answer: ...``) is none.

    >>> [span.text for span in announced("The answer is 5.\nNo.\nAnswer: 7")]
    ['7', '5.']
    """
    found = []
    for match in list(_PATTERN.finditer(text))[: -MOST - 1 : -1]:
        inside = _boxed(text, match.end()) if match["box"] else _line(text, match.end())
        if inside and not match["open"]:
            found.append(Span(inside, match.start()))
    return found


def says_unknown(text: str) -> bool:
    """Tell whether the text behind an announcement says that there is no answer.

    >>> says_unknown("unknown."), says_unknown("not enough"), says_unknown("5")
    (True, True, False)
    """
    return _UNKNOWN.search(text) is not None


def _line(text: str, place: int) -> str:
    """Return the rest of the line, or where it holds nothing the next line that does."""
    for line in text[place : place + 2 * _LONGEST_BOX].split("\n")[:4]:
        if line.strip(_MARKUP):
            return line.strip()
    return ""


def _boxed(text: str, place: int) -> str:
    """Return what stands in braces up to the one that closes them; nothing if none does."""
    depth = 1
    for end in range(place, min(len(text), place + _LONGEST_BOX)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[place:end].strip()
    return ""
