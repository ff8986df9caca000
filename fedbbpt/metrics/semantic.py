"""Semantic similarity: cosine of sentence embeddings (Reimers 2019, arXiv:1908.10084)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fedbbpt.answers import Answer, LabelScores, Scored, Text
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.metrics import Item, Marker
from fedbbpt.metrics.said import marked_score, said_by
from fedbbpt.metrics.sentence_encoder import Encoder, check_encoder, load_encoder

__all__ = ["Semantic"]

DECIMALS = 4
"""Digits of a score: how a library batches texts moves the seventh, and a resumed run must not."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """The cosine between the answer and the closest accepted target, as a score in [0, 1].

    The embeddings are computed in this process; nothing is downloaded unless ``model`` is a name of
    the hub. Every text is encoded once a process.

    Attributes:
        model: a folder, beside the run file or absolute, or a name of the hub.
        zero: cosine that scores 0, as everything below it does; 1 always scores 1. Unrelated
            sentences often have a cosine of 0.1 to 0.3, depending on the model.
        base: folder that ``model`` is taken from; filled by the run.

    Raises:
        ValueError: no model, or ``zero`` outside [-1, 1).
    """

    model: str
    zero: float = 0.0
    base: str = "."

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: name a folder or a model of the hub")
        if not -1 <= self.zero < 1:
            raise ValueError(f"zero: {self.zero} is outside [-1, 1); 0 is usual")

    @property
    def reading(self) -> str:
        """How answers are marked, in plain words."""
        return f"the cosine of sentence embeddings ({self.model}), on this machine"

    def check(self) -> None:
        """Pass if the model could be loaded; loads nothing.

        Raises:
            ConfigError: the library or the folder is absent.
        """
        check_encoder(self.model, Path(self.base))

    def item(self, answer: Answer, example: Example) -> float:
        """Return the mark of the answer.

        Raises:
            ValueError: the answer is missing, or was never marked.
        """
        return marked_score(answer, example)

    def open(self) -> Marker:
        """Return what marks; the model is loaded here.

        Raises:
            ConfigError: it cannot be loaded.
        """
        return self.over(load_encoder(self.model, Path(self.base)))

    def over(self, encoder: Encoder) -> Marker:
        """Return what marks with another encoder."""
        return _Similarity(encoder, self.zero)


@dataclass(slots=True, eq=False)
class _Similarity:
    """Marks by similarity; embeddings are kept by text.

    Attributes:
        encoder: texts to embeddings.
        zero: cosine that scores 0.
    """

    encoder: Encoder
    zero: float
    _known: dict[str, Floats] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def calls(self) -> int:
        """Nothing here reaches an endpoint."""
        return 0

    async def mark(self, items: Sequence[Item]) -> list[Answer]:
        """Return every readable answer marked; the others as they are."""
        said = {
            place: said_by(item.answer)
            for place, item in enumerate(items)
            if isinstance(item.answer, Text | LabelScores)
        }
        targets = (target for place in said for target in items[place].example.targets)
        async with self._turn:  # one owner after the other, or they would encode the same texts
            wanted = dict.fromkeys([*said.values(), *targets])
            new = [text for text in wanted if text not in self._known]
            if new:
                vectors = await asyncio.to_thread(self.encoder, new)
                self._known.update(zip(new, map(_unit, vectors), strict=True))
        answers = [item.answer for item in items]
        for place, text in said.items():
            answers[place] = Scored(text, self._score(text, items[place].example.targets))
        return answers

    def _score(self, text: str, targets: Sequence[str]) -> float:
        own = self._known[text]
        cosine = max(float(own @ self._known[target]) for target in targets)
        return round(min(max((cosine - self.zero) / (1 - self.zero), 0.0), 1.0), DECIMALS)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
