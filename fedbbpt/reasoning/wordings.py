"""Other wordings of a question: read from replies, and checked against the question."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fedbbpt.completions import WITHHELD, Completion
from fedbbpt.extraction.number_words import multiples_in_words, numbers_in_words
from fedbbpt.extraction.numerals import number_pattern, numbers_in
from fedbbpt.extraction.options import options_in
from fedbbpt.extraction.reply import CUT_OFF
from fedbbpt.extraction.tidy import tidy
from fedbbpt.prompts import escape_special
from fedbbpt.reading import normalised

LONGEST = 4
"""A wording may have so many times the question's characters, and as many hundred more."""

_TAGGED = re.compile(r"<question>(.*?)</question>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?question>", re.IGNORECASE)
_PATTERN = number_pattern(".")
_LETTERS = "ABCDEFGHIJKLMNOPQR"

_ONE = (Fraction(1), False)

Parameters = Counter[tuple[Fraction | str, bool]]
"""How often each number stands in a text, percentages apart; what is no single number as it is
written."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """What was made of a question.

    Attributes:
        kept: in their order, none twice.
        dropped: how many were not what was asked for: other numbers, other options, nothing new.
    """

    kept: tuple[str, ...]
    dropped: int


def wording_in(reply: Completion) -> str:
    r"""Return the question that a reply writes; empty where it writes none, or broke off.

    >>> wording_in(Completion("Sure!\n<question>How many?\nA) 5</question>"))
    'How many?\nA) 5'
    """
    if reply.finish_reason in WITHHELD:
        return ""
    if found := _TAGGED.search(reply.text):
        return escape_special(found[1].strip())
    return (
        "" if reply.finish_reason in CUT_OFF else escape_special(_TAG.sub("", reply.text)).strip()
    )


def parameters(question: str) -> Parameters:
    """Return the numbers of a question, in digits or words, and its halves, dozens and doubles.

    The word ``one`` is none, being a pronoun too.

    >>> parameters("Three pens, 1,000 pages, 5 %") == parameters("1000 pages, 3 pens and 5 percent")
    True
    >>> parameters("half of one") == parameters("1/2"), parameters("1 more") == parameters("more")
    (True, False)
    """
    text = tidy(question)
    found: Parameters = Counter(
        (text[n.start : n.end] if n.value is None else n.value, n.percent)
        for n in numbers_in(text, _PATTERN)
    )
    found.update((Fraction(number), False) for number in numbers_in_words(text) if number != 1)
    found.update((multiple, False) for multiple in multiples_in_words(text))
    return found


def same_numbers(first: str, second: str) -> bool:
    """Tell whether two questions have the same numbers; a ``1`` may be a ``one`` in the other.

    >>> same_numbers("He buys 1 more.", "One more is bought."), same_numbers("1 more", "a third")
    (True, False)
    """
    ours, theirs = parameters(first), parameters(second)
    ones = ours.pop(_ONE, 0) - theirs.pop(_ONE, 0)
    spoken = numbers_in_words(tidy(second if ones > 0 else first)).count(1)
    return ours == theirs and abs(ones) <= spoken


def kept_wordings(question: str, texts: Iterable[str], *, same: bool) -> Wordings:
    """Return the texts that are what was asked for, and count the others.

    Args:
        question: as it is asked.
        texts: made from it, or found.
        same: True for the same question in other words: all numbers and options as they are; False
            for a question of its kind with other numbers.
    """
    known, kept, dropped = {normalised(question)}, [], 0
    for text in texts:
        if normalised(text) not in known and _fits(question, text, same=same):
            known.add(normalised(text))
            kept.append(text)
        else:
            dropped += 1
    return Wordings(tuple(kept), dropped)


def _fits(question: str, text: str, *, same: bool) -> bool:
    if not text or len(text) > LONGEST * (len(question) + 100):
        return False
    if not same:
        return not same_numbers(question, text)
    return same_numbers(question, text) and (
        options_in(question, _LETTERS) == options_in(text, _LETTERS)
    )
