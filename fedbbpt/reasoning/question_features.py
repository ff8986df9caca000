"""What makes one question like another: hashed n-grams, or a sentence encoder's embedding."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError
from fedbbpt.metrics.sentence_encoder import Encoder, check_encoder, load_encoder
from fedbbpt.text_features import text_features

WORDS = "words"


class QuestionFeatures:
    """Questions to rows of length 1, whose products are cosines; each is embedded once, by itself.

    By itself, because the row that an encoder gives a text moves with those beside it in a batch,
    and a resumed run must retrieve the same.
    """

    def __init__(self, features: str = WORDS, base: Path = Path()) -> None:
        """Begin; a sentence encoder is loaded with the first question.

        Args:
            features: ``"words"``, or the name or folder of a sentence encoder.
            base: folder that a name may be in.

        Raises:
            ValueError: the library is absent, or the folder is.
        """
        if features != WORDS:
            try:
                check_encoder(features, base)
            except ConfigError as error:
                raise ValueError(f"features: {error}") from error
        self._features, self._base = features, base
        self._encode: Encoder | None = None
        self._known: dict[str, Floats] = {}

    @property
    def light(self) -> bool:
        """Whether nothing has to be loaded."""
        return self._features == WORDS

    def __call__(self, questions: Sequence[str]) -> Floats:
        """Return rows of length 1, or 0 for a question that says nothing.

        Raises:
            ConfigError: the encoder cannot be loaded.
        """
        if self.light:
            return text_features(questions)
        for question in questions:
            if question not in self._known:
                self._known[question] = self._embedded(question)
        return np.stack([self._known[question] for question in questions])

    def _embedded(self, question: str) -> Floats:
        self._encode = self._encode or load_encoder(self._features, self._base)
        row: Floats = np.asarray(self._encode([question]), dtype=np.float64)[0]
        length = float(np.sqrt(np.square(row).sum()))
        return row / length if length else row
