"""The options that a question lists, and the letters that stand for them."""

import re
from collections.abc import Mapping

from fedbbpt.extraction.tidy import tidy
from fedbbpt.reading import normalised

_LINE = re.compile(r"^[ \t]*[(\[]?([A-Za-z])[)\].:][ \t]+(\S[^\n]*)$", re.MULTILINE)
_MARKS = re.compile(r"(?<![0-9])[^\w\s%+-]|[^\w\s%+-](?![0-9])")
_INLINE = re.compile(r"[(\[]([A-Z])[)\]]\s*([^()\[\]\n]*)")


def options_in(question: str, letters: str) -> dict[str, str]:
    r"""Return the options by letter as they are written, where the letters may stand for options.

    Options stand in lines of their own, or else in one line as ``(A) ... (B) ...``.

    >>> options_in("Capital?\nA) Paris\n(B) New York!", "ABCD")
    {'A': 'Paris', 'B': 'New York!'}
    >>> options_in("Answer Choices: (A) 5 (B) 6", "ABCD")
    {'A': '5', 'B': '6'}
    """
    pairs = _LINE.findall(question)
    if len(pairs) < 2:
        pairs = _INLINE.findall(question)
    found = ((letter.upper(), option.strip()) for letter, option in pairs)
    return {letter: option for letter, option in found if letter in letters.upper()}


def plain_words(text: str) -> str:
    """Return the words of a text without case, spacing and marks, but for those inside numbers.

    >>> plain_words('"The  U.S." at 78.20!')
    'the u s at 78.20'
    """
    return " ".join(_MARKS.sub(" ", normalised(tidy(text))).split())


def option_of(text: str, options: Mapping[str, str]) -> str:
    """Return the letter whose option a text is; empty for none."""
    plain = plain_words(text)
    return next((letter for letter, option in options.items() if option == plain), "")


def options_named(text: str, options: Mapping[str, str]) -> set[str]:
    """Return the letters whose options stand in a text as whole words; the longest where nested."""
    plain = f" {plain_words(text)} "
    named = set()
    for letter in sorted(options, key=lambda letter: -len(options[letter])):
        words = f" {options[letter]} "
        if options[letter] and words in plain:
            named.add(letter)
            plain = plain.replace(words, " | ")
    return named
