"""A closed label set, and the words that stand for the labels in a prompt."""

import string
from collections.abc import Sequence

SHARED_PREFIX = 3
"""Two words that share this many leading characters may share their first token."""

MAX_ALIASES = len(string.ascii_uppercase)


def collide(first: str, second: str) -> bool:
    """Tell whether two label words may begin with the same token, judged without a tokenizer.

    >>> collide("positive", "negative"), collide("very good", "very bad"), collide("neg", "negate")
    (False, True, True)
    """
    a, b = first.casefold().strip(), second.casefold().strip()
    if a.startswith(b) or b.startswith(a):
        return True
    return a.split()[0] == b.split()[0] or a[:SHARED_PREFIX] == b[:SHARED_PREFIX]


def colliding(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of words that one first token cannot tell apart."""
    return tuple((a, b) for i, a in enumerate(words) for b in words[i + 1 :] if collide(a, b))


def letters(count: int) -> tuple[str, ...]:
    """Return ``count`` distinct one-letter aliases, A, B, C and so on.

    Raises:
        ValueError: more aliases than letters.
    """
    if count > MAX_ALIASES:
        raise ValueError(f"{count} labels are more than the {MAX_ALIASES} letters")
    return tuple(string.ascii_uppercase[:count])


def spoken_list(words: Sequence[str]) -> str:
    """Return the words as a spoken choice.

    >>> spoken_list(["red", "green", "blue"])
    'red, green or blue'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
