"""Answers in free words."""

import re
import unicodedata
from dataclasses import dataclass

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.tidy import tidy
from fedbbpt.reading import bare

__all__ = ["FreeText"]

_ARTICLES = frozenset({"a", "an", "the"})
_TIMES = 8
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+(?=[A-Z\"'(])")
_KEPT = frozenset("%+#=<>$€£¥°/&@*^√")
_AROUND = " \"'`*_\u201c\u201d\u2018\u2019"
_INSIDE = frozenset(".,:'\u2019")


@dataclass(frozen=True, slots=True)
class FreeText:
    """Reads words; the canonical form is in one case, without marks and English articles.

    Signs that change a value stay: ``-5`` is not ``5``, nor ``C++`` the letter. A reply that
    announces nothing is an answer where it is one line.

    Attributes:
        longest: most words of an answer; a longer one is a text that no other reply repeats.
        strict: True to accept announced answers only.

    Raises:
        ValueError: no room for a word.
    """

    longest: int = 30
    strict: bool = False

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise ValueError(f"longest: {self.longest} leaves no room for a word; give at least 1")

    def about(self, question: str) -> "FreeText":  # noqa: ARG002 - any words may answer it
        """Return itself: any words may answer any question."""
        return self

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the words that a reply ends with."""
        search = None if self.strict else self._search
        return final_answer(text, self._read, search, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return the words of a text."""
        return self._key(tidy(text))

    def _read(self, text: str) -> str | Abstain:
        return self._key(_SENTENCE.split(text.strip(), maxsplit=1)[0])

    def _search(self, text: str) -> str | Abstain:
        lines = [line for line in text.splitlines() if line.strip()]
        return self._key(lines[0]) if len(lines) == 1 else Abstain("no answer")

    def _key(self, text: str) -> str | Abstain:
        """Return the canonical words; what would not settle is no answer."""
        for _ in range(_TIMES):
            key = _words(text)
            if key == text:
                return key if 0 < len(key.split()) <= self.longest else Abstain("no answer")
            text = key
        return Abstain("no answer")


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not any(map(str.isalnum, plain)):
        signs = tidy(plain).strip(_AROUND).rstrip(".,;:!? ")  # they are the answer themselves
        return " ".join(signs.split())
    plain = tidy(bare(" ".join(plain.split())))
    marks = [_mark(plain, place) for place in range(len(plain))]
    words = "".join(marks).split()
    return " ".join([word for word in words if word not in _ARTICLES] or words)


def _mark(text: str, place: int) -> str:
    """Return what a character becomes: itself, a space, or nothing inside a word."""
    character = text[place]
    category = unicodedata.category(character)
    if character in _KEPT or category[0] not in "PSC":
        return character
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    if character == "-" and after.isdigit() and not before.isalnum():
        return character
    if character in _INSIDE and before.isdigit() and after.isdigit():
        return "" if character in ",'\u2019" else character
    return "" if character in _INSIDE and category[0] == "P" else " "
