"""Multiple choice: the reply names the right option, by its letter or by its text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.said import score_of
from fedbbpt.reading import JOINING, bare, normalised

__all__ = ["Choice"]

_OPTION = re.compile(r"^[ \t]*[(\[]?([A-Za-z])[)\].:][ \t]+(\S[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Choice:
    """Score 1 where the reply names an accepted option, else 0.

    The options are read from the input: lines such as ``A) Paris``, ``(B) Rome`` or ``C. Oslo``. A
    target is a letter or an option's text, whichever the data has. A reply names an option by the
    letter alone (``B``, ``(b)``, ``**B.**``), by a letter that it announces (``Answer: B``, ``the
    answer is (B)``; the last one counts), by a letter that it begins with (``B) because ...``), or
    by the text of exactly one option. Naming several options names none.

    Attributes:
        letters: the letters that may stand for options.

    Raises:
        ValueError: fewer than two letters, or one twice.
    """

    letters: str = "ABCDEFGH"

    def __post_init__(self) -> None:
        folded = self.letters.upper()
        if (
            len(folded) < 2
            or len(set(folded)) != len(folded)
            or not self.letters.isascii()
            or not folded.isalpha()
        ):
            raise ValueError(
                f'letters: {self.letters!r} are no choice; write different letters, as "ABCD"'
            )

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 for an accepted option.

        Raises:
            ValueError: the answer is missing.
        """
        return score_of(answer, example, lambda said: float(self._names(said, example)))

    def _names(self, said: str, example: Example) -> bool:
        options = self._options(example.input)
        letters = {self._letter(bare(target.strip()), options) for target in example.targets}
        texts = {_plain(target) for target in example.targets}
        texts |= {text for letter, text in options.items() if letter in letters}
        letter = self._chosen(said, options)
        return letter in letters - {""} if letter else _plain(said) in texts - {""}

    def _options(self, text: str) -> dict[str, str]:
        """Return the options' texts by letter, as far as the letters may stand for options."""
        found = ((letter.upper(), _plain(option)) for letter, option in _OPTION.findall(text))
        return {letter: option for letter, option in found if letter in self.letters.upper()}

    def _letter(self, text: str, options: Mapping[str, str]) -> str:
        """Return the letter that a text is, or whose option it is; empty for neither."""
        alone = re.fullmatch(rf"[(\[]?([{self._class}])[)\].:]?", text)
        if alone:
            return alone[1].upper()
        return next((letter for letter, option in options.items() if option == _plain(text)), "")

    def _chosen(self, said: str, options: Mapping[str, str]) -> str:
        """Return the letter that a reply chooses; empty where it chooses none, or several."""
        short = bare(said.strip())
        if letter := self._letter(short, options):
            return letter
        known = options.keys() or set(self.letters.upper())
        announced = [found.upper() for pair in self._announced(said) for found in pair if found]
        if announced and announced[-1] in known:
            return announced[-1]
        opening = re.match(rf"[(\[*]*([{self._class}])[)\].:]", said.strip())
        if opening and opening[1].upper() in known:
            return opening[1].upper()
        plain = f" {_plain(said)} "
        named = [letter for letter, option in options.items() if option and f" {option} " in plain]
        return named[0] if len(named) == 1 else ""

    def _announced(self, said: str) -> list[tuple[str, str]]:
        """Return the letters that are announced; small ones only if something sets them apart."""
        heads = r"(?i:\b(?:answer|option|choice)\W{0,4}(?:is\W{0,4})?)[(\[*]*"
        large, small = self.letters.upper(), self.letters.lower()
        letter = rf"(?:([{large}])(?!{JOINING})|([{small}])(?=\s*(?:[)\].,:;!*]|$)))"
        return re.findall(heads + letter, said)

    @property
    def _class(self) -> str:
        return self.letters.upper() + self.letters.lower()


def _plain(text: str) -> str:
    """Return the words of a text without case, marks and spacing."""
    return " ".join(re.sub(r"[^\w\s%+-]", " ", normalised(text)).split())
