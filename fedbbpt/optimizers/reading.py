"""Likeness of candidates: by the words of their prompts where these are known, else by choices."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points
from fedbbpt.metrics.sentence_encoder import check_encoder, load_encoder
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.features import Describe, choice_features
from fedbbpt.text_features import text_features

WORDS = "words"
"""Features by hashed n-grams of the prompt; any other name is a sentence encoder's."""

ENDPOINT = "endpoint"
"""Names the embeddings of an endpoint, which a space can be searched by and a field cannot."""

Begin = Callable[[Distribution, np.random.Generator, Describe | None], Search]


@dataclass(frozen=True, slots=True)
class Reading:
    """An optimizer that knows what the points of its space say."""

    fresh_blocks: ClassVar[bool] = True

    begin: Begin
    describe: Describe

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a search at ``distribution``.

        Raises:
            ValueError: this optimizer cannot search such a distribution.
        """
        return self.begin(distribution, rng, self.describe)


def features_of(points: Points, describe: Describe | None, kind: str) -> Floats:
    """Return features of candidates, shape (n, width).

    Args:
        points: shape (n, slots).
        describe: what a point says, or None where nobody knows: then its choices are its features.
        kind: ``"words"``, or the name or folder of a sentence encoder.

    Raises:
        ConfigError: the encoder cannot be loaded.
    """
    if describe is None:
        return choice_features(points)
    texts = [describe(point) for point in points]
    return text_features(texts) if kind == WORDS else load_encoder(kind, Path())(texts)


def check_features(kind: str) -> None:
    """Refuse features that cannot be made here; nothing is loaded and nobody contacted.

    Raises:
        ValueError: no name.
        ConfigError: the encoder's library or folder is absent.
    """
    if not kind:
        raise ValueError('features: none is named; use "words" or the name of a sentence encoder')
    if kind == ENDPOINT:
        raise ValueError(
            'features: embeddings of an endpoint go with [space] use = "embedding", encoder = '
            '"endpoint"; write "words" or the name of a sentence encoder here'
        )
    if kind != WORDS:
        check_encoder(kind, Path())
