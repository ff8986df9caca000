"""Answers that are yes or no."""

import re
from dataclasses import dataclass

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import denies, is_denied
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.tidy import tidy
from fedbbpt.reading import JOINING

__all__ = ["YesNo"]

_REASONS = re.compile(r"\b(?:because|since|as|rather\sthan|instead\sof|not|but)\b|[,;.]\s|\n")
_CONCLUDING = r"(?:(?:so|thus|therefore|hence|then|in\sconclusion|conclusion)\b[,:\s]*)?[\"'(*]*"
_BOTH = r"(?<!\w)(?:{}),?\s(?:and|but\salso|&)\s"


@dataclass(frozen=True, slots=True)
class YesNo:
    """Reads yes and no in the words of the task; the canonical forms are ``yes`` and ``no``.

    An announced answer counts; else one in the last line, where a "no" in front of a noun (``no
    reason``) is none; else one that the reply begins with.

    Attributes:
        yes: words that mean yes.
        no: words that mean no.
        strict: True to accept announced answers only.

    Raises:
        ValueError: no word, or one that means both.
    """

    yes: tuple[str, ...] = ("yes", "true")
    no: tuple[str, ...] = ("no", "false")
    strict: bool = False

    def __post_init__(self) -> None:
        yes, no = ({word.strip().casefold() for word in words} for words in (self.yes, self.no))
        if not yes or not no or "" in yes | no:
            raise ValueError("yes: a side has no word; give each at least one")
        if both := sorted((yes & no) | (yes & {"no"}) | (no & {"yes"})):
            raise ValueError(f"yes: {both[0]!r} means both; give it to one side")

    def about(self, question: str) -> "YesNo":  # noqa: ARG002 - whatever the question, yes is yes
        """Return itself: yes is yes whatever the question."""
        return self

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return ``"yes"`` or ``"no"`` as a reply ends with."""
        search = None if self.strict else self._search
        return final_answer(text, self._read, search, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return ``"yes"`` or ``"no"`` for a text that says so."""
        return self._read(tidy(text))

    def _read(self, text: str) -> str | Abstain:
        """Return what the first part of a short text with one of the words says."""
        word = self._words()
        first = re.search(rf"(?<!{JOINING})(?:{word})(?!{JOINING})", text, re.IGNORECASE)
        if first and _REASONS.search(first.group()):  # a word of the task, as "not valid"
            return _only(self._meanings(first.group(), word))
        if denies(text) or (first and is_denied(text, first.start())):
            return Abstain("no answer")
        for part in _REASONS.split(text):
            if found := self._meanings(part, word):
                return _only(found)
        return Abstain("no answer")

    def _search(self, text: str) -> str | Abstain:
        """Return what the last line says, or else what the reply begins with.

        What stands between may answer a question that the reply puts to itself on its way.
        """
        word = self._words()
        text = re.sub(rf"\b(?:{word})(?:\sor\s|/)(?:{word})\b", "", text, flags=re.I).strip()
        # "no" in front of a noun denies it; in front of a mark it is an answer.
        stands = rf"(?:{word})(?=\W*$|[\"')*]*[.,;:!\n])"
        last = text.rpartition("\n")[2]
        heads = rf"(?:^|[.!?:]\s+){_CONCLUDING}{stands}"
        concluded = re.findall(heads, last, re.IGNORECASE)
        if concluded:
            return _only(self._meanings(concluded[-1], word))
        if said := re.search(rf"(?:{_BOTH.format(word)})?{stands}", last, re.IGNORECASE):
            denied = is_denied(last, said.start())
            return Abstain("no answer") if denied else _only(self._meanings(said.group(), word))
        begins = re.match(rf"{_CONCLUDING}{stands}", text, re.IGNORECASE)
        return _only(self._meanings(begins.group() if begins else "", word))

    def _words(self) -> str:
        words = {*self.yes, *self.no, "yes", "no"}
        ordered = sorted((word.strip() for word in words), key=len, reverse=True)
        return "|".join(map(re.escape, ordered))

    def _meanings(self, text: str, pattern: str) -> set[str]:
        found = re.finditer(rf"(?<!{JOINING})(?:{pattern})(?!{JOINING})", text, re.IGNORECASE)
        yes = {"yes", *(word.strip().casefold() for word in self.yes)}
        return {"yes" if match.group().casefold() in yes else "no" for match in found}


def _only(found: set[str]) -> str | Abstain:
    if len(found) == 1:
        return next(iter(found))
    return Abstain("several answers" if found else "no answer")
