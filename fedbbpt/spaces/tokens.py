"""Some words before the prompt, each from one vocabulary: Diao 2023, arXiv:2201.08531 (BDPL)."""

from dataclasses import dataclass, replace
from functools import cached_property

from fedbbpt.canonical import digest
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library.vocabulary import checked_words
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Axis
from fedbbpt.spaces.assembly import assemble
from fedbbpt.spaces.picks import picks, uniform
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import wordings_for

__all__ = ["Tokens"]

NOTHING = "(none)"
MOST_POSITIONS = 100


# without slots=True: the start prompt is put together once, and a cached property needs a place
@dataclass(frozen=True)
class Tokens:
    """The start prompt with at most ``positions`` words at the beginning of its question.

    Law: choice 0 at every position is no word, so that the origin is the start prompt. Words are
    joined by single spaces; what follows stays byte for byte.

    Attributes:
        task: what is asked; names the topic and the labels.
        start: the prompt to start from.
        words: the vocabulary, at least one; every position has the same.
        positions: how many words at most, in [1, 100].
        generate: answers are read from generated text, so label words may begin alike.

    Raises:
        ValueError: a word that cannot stand in a prompt, positions out of range, or a start that
            does not fit the task.
    """

    task: Task
    start: Start
    words: tuple[str, ...]
    positions: int = 10
    generate: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.positions <= MOST_POSITIONS:
            raise ValueError(
                f"positions: {self.positions} is not in [1, {MOST_POSITIONS}]; 10 is usual"
            )
        checked_words(self.words)
        _ = self._base  # a start that does not fit the task is refused here, not when decoding

    @cached_property
    def _base(self) -> Prompt:
        wordings = wordings_for(self.task.labels, [self.start.words], generate=self.generate)
        return assemble(self.start, self.task, wordings.choices[0])

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One axis a position, whose choices are no word and the vocabulary."""
        choices = (NOTHING, *self.words)
        return tuple(Axis(f"word {i + 1}", choices) for i in range(self.positions))

    def initial(self) -> Categorical:
        """Return the distribution under which all words are equally likely at every position."""
        return uniform(self.axes)

    def decode(self, point: Floats) -> Prompt:
        """Return the start prompt after the words at ``point``, shape (positions,).

        Raises:
            ValueError: another width, a fraction, or no such word.
        """
        chosen = [self.words[pick - 1] for pick in picks(point, self.axes) if pick]
        if not chosen:
            return self._base
        *before, question = self._base.messages
        said = replace(question, content=f"{' '.join(chosen)} {question.content}")
        return replace(self._base, messages=(*before, said))

    @property
    def fingerprint(self) -> str:
        """The digest of start prompt, vocabulary and positions."""
        return digest(
            {
                "space": "tokens",
                "start": self._base.payload(),
                "words": list(self.words),
                "positions": self.positions,
            }
        )
