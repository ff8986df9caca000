"""A text without what can be changed in it and still be read: case, spaces, marks, hidden letters.

Two texts that a reader takes for the same have the same words here, and the same letters.
"""

import re
import unicodedata

_SUFFIX = re.compile(r"(?<=[^\W\d_])['\u2019\u02bc](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
# Scripts without spaces between words are read letter by letter.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def plain(text: str) -> str:
    """Return a text in lower case, in one form of each letter, without accents or hidden letters.

    >>> plain("Ｃａｆé\u200b")
    'cafe'
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in apart if unicodedata.category(one) not in {"Mn", "Cf", "Cc"})


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, in order, without punctuation and contracted endings.

    >>> words_of("It's GREAT -- isn't it?")
    ('it', 'great', 'isn', 'it')
    """
    # Spaces of any kind and control characters part words; hidden letters do not.
    spaced = "".join(
        " " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text
    )
    return tuple(_WORD.findall(plain(_SUFFIX.sub("", spaced))))


def letters_of(text: str) -> str:
    """Return the letters and digits of a text and nothing between them.

    >>> letters_of("K-Q 7 ... z!")
    'kq7z'
    """
    return "".join(words_of(text))
