"""What no instruction needs, whoever wrote it: other alphabets, codes, numbers, addresses."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 24
"""Letters of a word; longer ones are encodings."""

LONGEST_NUMBER = 3
"""Digits in a row, whatever stands between them, that may be a count; more are a number."""

_TYPOGRAPHY = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\u00a0\n")
_ADDRESS = re.compile(
    r"\w@\w|@\s*\w|://|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|org|net|edu|gov|io|de|uk)\b"
)
_ALIKE = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"})
"""Scripts with letters that look like those of another one."""

_DIGITS = re.compile(r"\d(?:[\W_]*\d)*")
_CODE = re.compile(r"(?=\w*\d)(?=\w*[^\W\d_])\w{5,}")


def script_of(letter: str) -> str:
    """Return the script of a letter, the first word of its name.

    >>> script_of("a"), script_of("\u0430")
    ('LATIN', 'CYRILLIC')
    """
    return unicodedata.name(letter, "NONE").split()[0]


def scripts_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the scripts of all letters of some texts."""
    letters = {one for text in texts for one in text if one.isalpha()}
    return frozenset(map(script_of, letters))


def other_alphabet(text: str, public: frozenset[str]) -> bool:
    """Tell whether a text holds a letter of another script, or a sign that nobody types.

    Args:
        text: as it would leave.
        public: letters and signs of public texts; those, their scripts and Latin are allowed.
    """
    scripts = scripts_of(public) | {"LATIN"}
    for one in text:
        if one.isascii() or one in _TYPOGRAPHY or one in public:
            continue
        written = one.isalpha() or unicodedata.category(one).startswith("M")
        if not written or unicodedata.normalize("NFKC", one) != one:
            return True
        if script_of(one) not in scripts:
            return True
    return any(len(scripts_of((word,)) & _ALIKE) > 1 for word in re.findall(r"\w+", text))


def codes_in(text: str) -> tuple[str, ...]:
    """Return what looks like a number, a code or an address, as it stands in plain lower case.

    >>> codes_in("Call 0 30-12 34 or mail a@b.example about X7K9Q in 24 hours.")
    ('0301234', '@', 'x7k9q')
    """
    text = text.casefold()
    runs = ("".join(filter(str.isdigit, run)) for run in _DIGITS.findall(text))
    found = [run for run in runs if len(run) > LONGEST_NUMBER]
    found += ["@"] if _ADDRESS.search(text) else []
    found += _CODE.findall(text)
    long = (word for word in re.findall(r"[^\W_]+", text) if len(word) > LONGEST_WORD)
    return (*found, *long)
