"""The nearest known word to a misspelt one, for error messages."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or nothing if none is near.

    >>> did_you_mean("POSITIV", ["positive", "negative"]), did_you_mean("7", ["positive"])
    ("; did you mean 'positive'?", '')
    """
    folded = {candidate.casefold().strip(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold().strip(), list(folded), n=1)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""
