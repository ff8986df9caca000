"""Phrases of an instruction, told by punctuation and small words: no parser, no model.

A phrase is a list of words. Joined by single spaces, the phrases are the instruction again. What
a run filled in (its topic, its labels) counts as one word, so that no edit cuts it apart.
"""

import re
from collections.abc import Iterator, Sequence

LONGEST_PHRASE = 6
"""Words of a phrase at most."""

_ENDS = re.compile(r"[.,;:!?]$")
_BEGINS = frozenset(
    (
        "and",
        "or",
        "but",
        "if",
        "when",
        "where",
        "which",
        "who",
        "that",
        "while",
        "because",
        "unless",
        "until",
        "before",
        "after",
        "with",
        "without",
        "by",
        "for",
        "from",
        "to",
        "in",
        "on",
        "of",
        "as",
        "about",
        "into",
        "between",
    )
)


def phrases_of(text: str, whole: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the phrases of a text, in order; none where there is no word.

    Args:
        text: an instruction.
        whole: values that stand in one phrase wherever they stand, with single spaces.

    >>> phrases_of("Read the text, then say the mood of it.")
    ('Read the text,', 'then say the mood', 'of it.')
    >>> phrases_of("Sort it by tone as good or bad.", ("good or bad",))
    ('Sort it', 'by tone', 'as good or bad.')
    """
    found: list[list[str]] = [[]]
    for unit in _units(" ".join(text.split()), whole):
        current = found[-1]
        begins = unit.strip("\"'(").casefold() in _BEGINS and len(current) > 1
        if current and (begins or len(current) == LONGEST_PHRASE or _ENDS.search(current[-1])):
            found.append([])
        found[-1].append(unit)
    return tuple(" ".join(units) for units in found if units)


def joined(phrases: Sequence[str], whole: Sequence[str] = ()) -> str:
    """Return the instruction of some phrases, with a capital and a full stop.

    A full stop inside stays only where a sentence begins after it. Values are left as they are.

    Args:
        phrases: as ``phrases_of`` gives them, in any order.
        whole: values that no letter or full stop is changed of.

    >>> joined(("then say the mood", "Read the text,"))
    'Then say the mood Read the text.'
    >>> joined(("As good or bad.", "of it."))
    'As good or bad of it.'
    """
    kept = [
        _unended(phrase, whole) if following[:1].islower() else phrase
        for phrase, following in zip(phrases, [*phrases[1:], ""], strict=True)
    ]
    text = " ".join(kept).strip()
    if not text.endswith(tuple(whole)):
        text = text.rstrip(",;:-").rstrip()
    if not text.startswith(tuple(whole)):
        text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?\"'" else f"{text}."


def _units(text: str, whole: Sequence[str]) -> Iterator[str]:
    """Yield the words of a text with single spaces; a value and what clings to it is one."""
    ends = [match.start() for match in re.finditer(" ", text)] + [len(text)]
    inside = set[int]()
    for value in whole:
        for match in re.finditer(f"(?={re.escape(value)})", text):  # values may overlap
            inside.update(range(match.start(), match.start() + len(value)))
    start = 0
    for end in ends:
        if end in inside:
            continue
        if end > start:
            yield text[start:end]
        start = end + 1


def _unended(phrase: str, whole: Sequence[str]) -> str:
    """Return a phrase without its full stop, unless that is part of a value or a shortened word."""
    last = phrase.rpartition(" ")[2]
    if not phrase.endswith(".") or "." in last[:-1] or phrase.endswith(tuple(whole)):
        return phrase
    return phrase[:-1]
