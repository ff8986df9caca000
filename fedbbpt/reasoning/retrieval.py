"""The questions of a pool that are most like another one: by hashed n-grams, without any model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fedbbpt.reading import normalised
from fedbbpt.text_features import text_features


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
    """

    questions: tuple[str, ...]
    _features: NDArray[np.float32] = field(init=False, repr=False)
    _plain: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        features = text_features(self.questions).astype(np.float32)  # half the memory
        object.__setattr__(self, "_features", features)
        object.__setattr__(self, "_plain", tuple(map(normalised, self.questions)))

    def nearest(self, question: str) -> list[Near]:
        """Return all questions but the one asked itself, the most alike first.

        Ties go by place. A question that says the same up to case and spacing is left out: its
        answer would be the answer.
        """
        (asked,) = text_features([question]).astype(np.float32)
        likeness = self._features @ asked
        plain = normalised(question)
        order = np.lexsort((np.arange(len(self.questions)), -likeness))
        return [
            Near(int(place), float(likeness[place]))
            for place in order
            if self._plain[place] != plain
        ]


def shows(questions: Sequence[str], asked: str) -> bool:
    """Tell whether a question stands among others, up to case and spacing.

    >>> shows(["What is  2 + 2?"], "what is 2 + 2?"), shows(["What is 2 + 2?"], "What is 2?")
    (True, False)
    """
    plain = normalised(asked)
    return any(normalised(question) == plain for question in questions)
