"""``[space] use = "embedding"``: its bank and what embeds it, from a run file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fedbbpt.config.learned_texts import LearnedTexts
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.widths import check_width
from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError
from fedbbpt.metrics.sentence_encoder import Encoder, check_encoder, load_encoder
from fedbbpt.optimizers.reading import ENDPOINT, WORDS
from fedbbpt.plugins import build
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embed, Embedding
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.text_features import BUCKETS, text_features

DEFAULT = Embedding.encoder
"""What embeds where the run file says nothing."""


class Reader:
    """Texts to embeddings; each text is embedded once and by itself.

    By itself, because the row that an encoder gives a text moves with those beside it in a batch,
    and a bank grows.
    """

    def __init__(self, encoder: str, base: Path, dimensions: int) -> None:
        """Begin; a sentence encoder is loaded with the first text.

        Args:
            encoder: ``"words"``, or the name or folder of a sentence encoder.
            base: folder that a name may be in.
            dimensions: that an embedding must have at least.
        """
        self._encoder, self._base, self._dimensions = encoder, base, dimensions
        self._loaded: Encoder | None = text_features if encoder == WORDS else None
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return embeddings, shape (texts, width).

        Raises:
            ConfigError: the encoder cannot be loaded, or is narrower than the space.
        """
        for text in texts:
            if text not in self._known:
                self._known[text] = self._embedded(text)
        return np.stack([self._known[text] for text in texts])

    def _embedded(self, text: str) -> Floats:
        encode = self._loaded or load_encoder(self._encoder, self._base)
        self._loaded = encode
        (row,) = np.asarray(encode([text]), dtype=np.float64)
        check_width(self._encoder, row.size, self._dimensions)
        embedded: Floats = row
        return embedded


def embedding_space(run: RunFile, bank: Instructions) -> Space:
    """Return the space around a bank; no encoder is loaded.

    Raises:
        ConfigError: a setting cannot be meant, or the encoder's library or folder is absent.
    """
    settings = {"seed": run.seed, **run.space.settings}
    encoder, dimensions = settings.get("encoder", DEFAULT), settings.get("dimensions", 0)
    least = dimensions if isinstance(dimensions, int) else 0
    reader: Embed = Reader(str(encoder), Path(run.base), least)
    if encoder == ENDPOINT:
        reader = LearnedTexts(least)
    table = {**settings, "use": "embedding"}
    space: Space = build("spaces", table, "space", bank=bank, embed=reader)
    if encoder not in {WORDS, ENDPOINT}:
        _check(str(encoder), Path(run.base))
    elif isinstance(space, Embedding):
        check_width(WORDS, BUCKETS, space.dimensions)
    return space


def _check(encoder: str, base: Path) -> None:
    try:
        check_encoder(encoder, base)
    except ConfigError as error:
        raise ConfigError(
            f'[space] encoder = {encoder!r}: {error}; or write "words", or "endpoint" with a table '
            "[encoder.endpoint]"
        ) from error
