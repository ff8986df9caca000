"""What makes a question the question it is: its words, and the signs between its numbers."""

import re
import unicodedata

from fedbbpt.privacy.plain import words_of
from fedbbpt.reading import normalised

_SIGNS = {
    **dict.fromkeys("+", "plus"),
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2212", "minus"),
    **dict.fromkeys("*\u00d7\u00b7\u2219\u22c5xX", "times"),
    **dict.fromkeys("/\u00f7\u2044\u2215", "over"),
    **{"^": "power", "=": "equals", "<": "below", ">": "above"},
    **{"\u2264": "below equals", "\u2265": "above equals", "\u2260": "unequal"},
}
_SIGN = "".join(map(re.escape, (sign for sign in _SIGNS if not sign.isalpha())))
_OPERAND = r"\s*[-+(\[.$\u2212]?\s*(?:[0-9]|[a-zA-Z]\b)"
_BETWEEN = re.compile(rf"(?:(?<=[0-9)\]])|(?<=\b[a-zA-Z]))(\s*)([{_SIGN}]{{1,2}})(?={_OPERAND})")
_CROSS = re.compile(r"(?<=[0-9])(\s*)([xX])(?=\s*[0-9])")
_BEFORE = re.compile(r"(?<![\w)\]])()([-\u2212])(?=\.?[0-9])")
_GROUPS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_PERCENT = re.compile(r"(?<=[0-9])\s?%")
_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
_ARROWS = re.compile(r"->|=>|\u2192|\u21d2")


def spelled(text: str) -> str:
    """Return a text with the signs that calculate in words; those that only part words stay.

    >>> spelled("17 * -2 - why?"), spelled("of 1,000x5")
    ('17 times   minus 2 - why?', 'of 1000 times 5')
    """
    text = unicodedata.normalize("NFKC", _RAISED.sub(r" power \g<0> ", text))
    text = _ARROWS.sub(" \u2192 ", text)
    text = _PERCENT.sub(" percent ", _GROUPS.sub("", text).replace("\u221a", " root "))
    for pattern in (_BETWEEN, _CROSS, _BEFORE):
        text = pattern.sub(_in_words, text)
    return text


def question_words(question: str) -> tuple[str, ...]:
    """Return the words of a question; equal for two that differ in case, spaces and punctuation.

    A question of signs alone is one word.

    >>> question_words("What is 17*23?") == question_words("what is: 17 \u00d7 23")
    True
    >>> question_words("What is 17 - 23?") == question_words("What is 17 + 23?")
    False
    """
    return words_of(spelled(question)) or (normalised(question),)


def _in_words(match: re.Match[str]) -> str:
    return " " + " ".join(_SIGNS[sign] for sign in match[2]) + " "
