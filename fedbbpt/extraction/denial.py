"""Denials: "the answer is not 5" says what the answer is not, and nothing of what it is."""

import re

_WINDOW = 80
"""Characters before a value in which a denial of it is looked for."""

_AUXILIARY = (
    r"(?:is|was|are|were|do|does|did|can|could|will|would|should|shall|must|may|might|has|have)"
)
_NOT = rf"(?:not|never|neither|nor|cannot|(?:{_AUXILIARY}|ca|wo)n['\u2019 ]t)\b"
_ABROAD = (
    r"(?:\b(?:nicht|no\ses|n['\u2019]est\spas|non\s\u00e8|n\u00e3o\s\u00e9|\u043d\u0435)\b"
    r"|\u4e0d\u662f)"
)
_AHEAD = rf"(?:(?:it|this|that|{_AUXILIARY}|be|\w{{2,12}}ly)\s+){{0,4}}"
_HEAD = re.compile(rf"\W{{0,3}}(?:{_AHEAD}{_NOT}|{_ABROAD})", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;](?=\s|$)|,\s|\n|\bbut\b", re.IGNORECASE)

_OTHERWISE = r"(?:rather|other)\sthan\b|instead\sof\b|anything\sbut\b"
_UNEQUAL = r"\u2260|!=|\\neq?(?![a-z])"
_GLUE = (
    r"(?:be|been|equals?|to|the|an?|exactly|actually|really|simply|just|have|has|had|of|about"
    r"|option|choice|answer|letter|number|value|correct|right|at|in|on)\b"
)
_ANY = re.compile(
    rf"\b{_NOT}|{_ABROAD}|{_OTHERWISE}|{_UNEQUAL}|\b(?:wrong|incorrect|false)\b", re.I
)
_BEFORE = re.compile(
    rf"(?:\b{_NOT}|{_ABROAD}|\b(?:{_OTHERWISE})|{_UNEQUAL})(?:[ \t\"'(\[*_`$:]|\b{_GLUE})*$",
    re.IGNORECASE,
)

_BEHIND = re.compile(
    rf"[\"'*)\]]*\s(?:(?:is|was)\s(?:wrong|incorrect|false)"
    rf"|(?:{_AUXILIARY}\s)?{_NOT}\s(?:be\s)?(?:the|a|an|right|correct|true|possible))\b",
    re.IGNORECASE,
)


def has_denial(text: str) -> bool:
    """Tell whether any word of a text denies; where none does, ``is_denied`` is False throughout.

    >>> has_denial("He does not know."), has_denial("He knows.")
    (True, False)
    """
    return _ANY.search(text) is not None


def denial_end(text: str) -> int:
    """Return the place behind the denial that a text begins with; 0 where it begins with none.

    >>> denial_end("not 5, but more"), denial_end("cannot be 5"), denial_end("nothing")
    (3, 6, 0)
    """
    found = _HEAD.match(text)
    return found.end() if found else 0


def denies(text: str) -> bool:
    """Tell whether a text begins with a denial, and so says only what the answer is not."""
    return denial_end(text) > 0


def denied(text: str) -> str:
    """Return what the denial at the head of a text denies; empty where it begins with none.

    >>> denied("not 5, but 6"), denied("is certainly not the second."), denied("5")
    ('5', 'the second', '')
    """
    end = denial_end(text)
    return _CLAUSE_END.split(text[end:], maxsplit=1)[0].strip() if end else ""


def is_denied(text: str, start: int, end: int | None = None) -> bool:
    """Tell whether the words around a value in a text deny it: just before it, or just behind.

    Args:
        text: holds the value.
        start: where the value begins.
        end: place behind it; None where only the words before it may deny it.

    >>> is_denied("So it is not 5.", 13), is_denied("It is 6, not 5.", 6)
    (True, False)
    >>> is_denied("5 is wrong", 0, 1), is_denied("5 is not even", 0, 1)
    (True, False)
    """
    if _BEFORE.search(text[max(0, start - _WINDOW) : start]):
        return True
    return end is not None and _BEHIND.match(text, end) is not None
