"""The nearest known word to a misspelt one, for error messages."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like ``word`` whatever their case, or None."""
    folded = {candidate.casefold().strip(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold().strip(), list(folded), n=1)
    return folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or nothing if none is near.

    >>> did_you_mean("POSITIV", ["positive", "negative"]), did_you_mean("7", ["positive"])
    ("; did you mean 'positive'?", '')
    """
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def expected(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant, else what there is.

    >>> expected("hnit", ["hint", "input"]), expected("x", ["hint", "input"])
    ("did you mean 'hint'?", 'expected one of hint, input')
    """
    options = tuple(known)
    near = nearest(word, options)
    return f"did you mean {near!r}?" if near else f"expected one of {', '.join(options)}"
