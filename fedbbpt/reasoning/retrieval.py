"""The questions of a pool that are most like another one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fedbbpt.reasoning.question_features import QuestionFeatures
from fedbbpt.reasoning.question_words import question_words


@dataclass(frozen=True, slots=True)
class Near:
    """One question of a pool.

    Attributes:
        place: in the pool.
        likeness: cosine with the question asked, at most 1.
    """

    place: int
    likeness: float


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Questions to be retrieved from.

    Attributes:
        questions: in a fixed order.
        features: what makes two of them alike; an encoder is loaded when it is first needed.
    """

    questions: tuple[str, ...]
    features: QuestionFeatures = field(default_factory=QuestionFeatures, repr=False)
    _rows: NDArray[np.float32] | None = field(init=False, repr=False, default=None)
    _words: tuple[tuple[str, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.features.light:
            self.embed()
        object.__setattr__(self, "_words", tuple(map(question_words, self.questions)))

    def embed(self) -> NDArray[np.float32]:
        """Return the rows of the pool, made now if they were not made before.

        Raises:
            ConfigError: the encoder cannot be loaded.
        """
        rows = self._rows
        if rows is None:
            rows = self.features(self.questions).astype(np.float32)  # half the memory
            object.__setattr__(self, "_rows", rows)
        return rows

    def nearest(self, question: str) -> list[Near]:
        """Return all questions but the one asked itself, the most alike first.

        Ties go by place. A question that says the same up to case, spaces and punctuation is left
        out: its answer would be the answer.
        """
        if not self.questions:
            return []
        (asked,) = self.features([question]).astype(np.float32)
        likeness = self.embed() @ asked
        words = question_words(question)
        order = np.lexsort((np.arange(len(self.questions)), -likeness))
        return [
            Near(int(place), float(likeness[place]))
            for place in order
            if self._words[place] != words
        ]


def shows(questions: Sequence[str], asked: str) -> bool:
    """Tell whether a question stands among others, up to case, spaces and punctuation.

    >>> shows(["What is  2 + 2?"], "what is: 2 + 2"), shows(["What is 2 + 2?"], "What is 2 - 2?")
    (True, False)
    """
    words = question_words(asked)
    return any(question_words(question) == words for question in questions)
