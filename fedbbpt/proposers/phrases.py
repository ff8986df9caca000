"""Phrases of an instruction, told by punctuation and small words: no parser, no model.

A phrase is a list of words. Joined by single spaces, the phrases are the instruction again.
"""

import re
from collections.abc import Sequence

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


def phrases_of(text: str) -> tuple[str, ...]:
    """Return the phrases of a text, in order; none where there is no word.

    >>> phrases_of("Read the text, then say the mood of it.")
    ('Read the text,', 'then say the mood', 'of it.')
    """
    found: list[list[str]] = [[]]
    for word in text.split():
        current = found[-1]
        begins = word.strip("\"'(").casefold() in _BEGINS and len(current) > 1
        if current and (begins or len(current) == LONGEST_PHRASE or _ENDS.search(current[-1])):
            found.append([])
        found[-1].append(word)
    return tuple(" ".join(words) for words in found if words)


def joined(phrases: Sequence[str]) -> str:
    """Return the instruction of some phrases, with a capital and a full stop.

    >>> joined(("then say the mood", "Read the text,"))
    'Then say the mood Read the text.'
    """
    text = " ".join(phrases).strip().rstrip(",;:-").rstrip()
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?\"'" else f"{text}."
