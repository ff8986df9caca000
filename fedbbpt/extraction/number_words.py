"""A number that is written out in English words."""

import re
from fractions import Fraction

_SMALL = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_VALUES = {word: value for value, word in enumerate(_SMALL)}
_VALUES |= {word: 10 * place for place, word in enumerate(_TENS, start=2)}
_MOST_UNITS = 2
_NEGATIVE = {"minus", "negative"}
_ANY = "|".join((*_VALUES, "hundred", *_SCALES))
_RUN = re.compile(rf"\b(?:{_ANY})\b(?:(?:\s+and)?[\s-]+(?:{_ANY})\b)*", re.IGNORECASE)
_MULTIPLES = {
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "dozen": Fraction(12),
    "twice": Fraction(2),
    "double": Fraction(2),
    "doubled": Fraction(2),
    "thrice": Fraction(3),
    "triple": Fraction(3),
    "tripled": Fraction(3),
}
_PARTS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MULTIPLES |= {word: Fraction(1, size) for size, word in enumerate(_PARTS, start=3)}
_MULTIPLE = re.compile(rf"\b({'|'.join(_MULTIPLES)})s?\b", re.IGNORECASE)


def spoken_number(text: str) -> int | None:
    """Return the whole number that a text is in words, with up to two words of unit behind it.

    A text that goes on, or is about one *of* something, is no number: ``one`` is a pronoun too.

    >>> spoken_number("Twenty-five red apples."), spoken_number("minus three")
    (25, -3)
    >>> spoken_number("none"), spoken_number("one of the apples")
    (None, None)
    """
    words = re.findall(r"[a-z]+", text[:200].casefold())
    sign = -1 if words[:1] and words[0] in _NEGATIVE else 1
    words = words[1:] if sign < 0 else words
    total, current, used = 0, 0, 0
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in _VALUES:
            current += _VALUES[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        elif not (word == "and" and used and following in _VALUES):
            break
        used = place + 1
    rest = words[used:]
    if not used or len(rest) > _MOST_UNITS or "of" in rest or re.search("[0-9]", text):
        return None
    return sign * (total + current)


def numbers_in_words(text: str) -> list[int]:
    """Return the whole numbers that stand in a text in words, in order.

    >>> numbers_in_words("Three pens cost twenty-five cents, one hundred and two cost 8 dollars.")
    [3, 25, 102]
    """
    found = [spoken_number(match.group()) for match in _RUN.finditer(text)]
    return [number for number in found if number is not None]


def multiples_in_words(text: str) -> list[Fraction]:
    """Return the parts and multiples that stand in a text in words, in order.

    ``third`` is a third, though it may be the third of several: nobody can tell without context.

    >>> [str(one) for one in multiples_in_words("Half a dozen is twice two thirds of it.")]
    ['1/2', '12', '2', '1/3']
    """
    return [_MULTIPLES[match[1].casefold()] for match in _MULTIPLE.finditer(text)]
