"""Multiple choice: the reply names the right option, by its letter or by its text."""

from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.extraction.choice import Choice as ChoiceKind
from fedbbpt.extraction.options import plain_words
from fedbbpt.metrics.said import score_of

__all__ = ["Choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Score 1 where the reply names an accepted option, else 0.

    The options are read from the input: lines such as ``A) Paris``, ``(B) Rome`` or ``C. Oslo``. A
    target is a letter or an option's text, whichever the data has. A reply is read as
    ``extraction.choice`` reads it: it names an option by the letter alone (``B``, ``(b)``,
    ``**B.**``), by a letter that it announces (``Answer: B``, ``the answer is (B)``; the last one
    counts), by a letter that it begins with (``B) because ...``), or by the text of exactly one
    option. Naming several options names none.

    Attributes:
        letters: the letters that may stand for options.

    Raises:
        ValueError: fewer than two letters, or one twice.
    """

    letters: str = "ABCDEFGH"

    def __post_init__(self) -> None:
        ChoiceKind(self.letters)  # refuses what are no letters

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 for an accepted option.

        Raises:
            ValueError: the answer is missing.
        """
        return score_of(answer, example, lambda said: float(self._names(said, example)))

    def _names(self, said: str, example: Example) -> bool:
        reader = ChoiceKind(self.letters).about(example.input)
        letter = reader.extract(said)
        if isinstance(letter, str):
            return letter in {reader.canonical(target) for target in example.targets}
        # Where the input lists no options, texts are compared as they are.
        return plain_words(said) in {plain_words(target) for target in example.targets} - {""}
