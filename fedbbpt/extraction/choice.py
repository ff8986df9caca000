"""Answers that are one of listed options: the canonical form is the option's letter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import denies, is_denied
from fedbbpt.extraction.final import final_answer
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.options import option_of, options_in, options_named, plain_words
from fedbbpt.extraction.tidy import tidy
from fedbbpt.reading import JOINING, bare

__all__ = ["Choice"]

_READER = Number().about("")
_SHORT = 6
"""Words of a last sentence in which a letter that stands alone is meant as an option."""

_REASONS = re.compile(r"\b(?:because|since|rather\sthan|instead\sof|not|but|while)\b|;")
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+(?=[A-Z\"'(])")


@dataclass(frozen=True, slots=True)
class Choice:
    """Reads the letter of an option, or the text of one.

    The options are read from the question: lines such as ``A) Paris``, ``(B) Rome``, or one line
    ``(A) Paris (B) Rome``. A reply names an option by the letter alone, by an announced letter, by
    one that it begins with (``B) because ...``), or by the text or number of exactly one option.
    Two letters where one answer should stand are no answer; nor are options listed line by line.

    Attributes:
        letters: the letters that may stand for options.
        strict: True to accept announced answers only.

    Raises:
        ValueError: fewer than two letters, or one twice.
    """

    letters: str = "ABCDEFGHIJKLMNOPQR"
    strict: bool = False

    def __post_init__(self) -> None:
        folded = self.letters.upper()
        plain = self.letters.isascii() and folded.isalpha()
        if len(folded) < 2 or len(set(folded)) != len(folded) or not plain:
            raise ValueError(
                f'letters: {self.letters!r} are no choice; write different letters, as "ABCD"'
            )

    def about(self, question: str) -> "ChoiceReader":
        """Return the reader of answers to a question, with the options that it lists."""
        options = options_in(question, self.letters)
        known = "".join(options) or self.letters.upper()
        words = {letter: plain_words(option) for letter, option in options.items()}
        return ChoiceReader(known, MappingProxyType(words), _numbers(options), self.strict)


@dataclass(frozen=True, slots=True)
class ChoiceReader:
    """Reads the options that answer one question.

    Attributes:
        letters: the capital letters that stand for options.
        options: the options' plain words by letter; empty where the question lists none.
        numbers: the keys of the options that are numbers, by letter.
        strict: whether announced answers only count.
    """

    letters: str
    options: Mapping[str, str]
    numbers: Mapping[str, str]
    strict: bool = False

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the letter of the option that a reply chooses."""
        alone = self._alone(bare(tidy(text[-200:]).strip())) if len(text) < 200 else ""
        if alone and finished and not self.strict:
            return alone
        search = None if self.strict else self._search
        return final_answer(text, self._read, search, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return the letter that a text is, or whose option it is or names."""
        return self._read(tidy(text))

    def _read(self, text: str) -> str | Abstain:
        """Return the option in a short text: the letter at its head, else all that it names."""
        if letter := self._alone(bare(text.strip())):
            return letter
        if denies(text):
            return Abstain("no answer")
        kept = _REASONS.split(text, maxsplit=1)[0] or text
        letters = self._set_apart(kept)
        if not letters:
            letters = self._named(kept) or self._by_number(kept)
        return _only(letters)

    def _search(self, text: str) -> str | Abstain:
        """Return the option of a reply that announces none."""
        text = self._without_list(text)
        opening = re.match(rf"[(\[*]*([{self._class}])[)\].:]", text)
        if opening and not is_denied(text, *opening.span()):
            return opening[1].upper()
        heads = (
            rf"(?i:\b(?:option|choice|choose|pick|select)\s[(\[]?)([{self.letters}])(?!{JOINING})"
        )
        said = _found(heads, text) + _found(rf"[(\[]([{self.letters}])[)\]]", text)
        kept = {one[1] for one in said if not is_denied(text, *one.span())}
        if said and not kept:
            return Abstain("no answer")
        named = kept or self._named(text)
        if len(named) == 1:
            return named.pop()
        last = next((part for part in reversed(_SENTENCE.split(text)) if part.strip()), "")
        short = len(last.split()) <= _SHORT and not _REASONS.search(last)
        return _only(self._set_apart(last, loose=short) or self._named(last))

    def _without_list(self, text: str) -> str:
        """Return a text without the lines in which it lists options, for example once more."""
        lines = text.splitlines()
        heads = [re.match(rf"\s*[(\[*]*([{self._class}])[)\].:]", line) for line in lines]
        if len({head[1].upper() for head in heads if head}) < 2:
            return text
        return "\n".join(line for line, head in zip(lines, heads, strict=True) if not head)

    def _alone(self, text: str) -> str:
        """Return the letter that a text is, or whose option it is; empty for neither."""
        alone = re.fullmatch(rf"[(\[]?([{self._class}])[)\].:]?", text)
        if alone:
            return alone[1].upper()
        with_text = re.fullmatch(rf"[(\[]?([{self._class}])[)\].:]\s*(\S.*)", text, re.DOTALL)
        if with_text and option_of(with_text[2], self.options) == with_text[1].upper():
            return with_text[1].upper()
        return option_of(text, self.options)

    def _set_apart(self, text: str, *, loose: bool = True) -> set[str]:
        """Return the letters that brackets set apart from words; if ``loose`` also spaces."""
        marked = re.findall(rf"[(\[]([{self._class}])[)\]]", text)
        if not marked:
            marked = re.findall(rf"(?<!{JOINING})([{self._class}])[)\]:]", text)
        if not marked and loose:
            marked = re.findall(rf"(?<!{JOINING})([{self.letters}])(?!{JOINING}|')", text)
            # "A" and "I" begin sentences that name no option.
            marked = [m for m in marked if m not in "AI"] + self._article(text, marked)
        return {letter.upper() for letter in marked}

    def _article(self, text: str, marked: list[str]) -> list[str]:
        """Return the letters A and I where no word follows that they would be an article to."""
        ends = re.findall(rf"(?<!{JOINING})(A|I)(?=[^\w\s]|\s*$|\s+(?:or|and|is|as)\b)", text)
        return [letter for letter in ends if letter in marked]

    def _named(self, text: str) -> set[str]:
        """Return the letters whose options a text names and does not deny."""
        plain = f" {plain_words(text)} "
        return {
            letter
            for letter in options_named(text, self.options)
            if not is_denied(plain, plain.rfind(f" {self.options[letter]} ") + 1)
        }

    def _by_number(self, text: str) -> set[str]:
        """Return the letters of the options that are the number that a text gives."""
        said = _READER.canonical(text)
        alike = {letter for letter, key in self.numbers.items() if key == said}
        return alike if len(alike) == 1 else set()

    @property
    def _class(self) -> str:
        return self.letters + self.letters.lower()


def _numbers(options: Mapping[str, str]) -> Mapping[str, str]:
    """Return the keys of the options that are numbers."""
    keys = {letter: _READER.canonical(option) for letter, option in options.items()}
    return MappingProxyType({k: key for k, key in keys.items() if isinstance(key, str)})


def _found(pattern: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(pattern, text))


def _only(letters: set[str]) -> str | Abstain:
    if len(letters) == 1:
        return next(iter(letters))
    return Abstain("several answers" if letters else "no answer")
