"""Embeddings that an endpoint gave, for a space whose points are decoded without waiting."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fedbbpt.config.widths import check_width
from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.optimizers.reading import ENDPOINT


class LearnedTexts:
    """Texts to embeddings, once they were learnt; it asks nobody itself."""

    def __init__(self, dimensions: int) -> None:
        """Begin with none.

        Args:
            dimensions: that an embedding must have at least.
        """
        self._dimensions = dimensions
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return embeddings, shape (texts, width).

        Raises:
            ConfigError: one was not learnt.
        """
        if self.unknown(texts):
            raise ConfigError(
                f"[space] encoder = {ENDPOINT!r}: an instruction is not embedded yet; only a "
                "search has its endpoint asked"
            )
        return np.stack([self._known[text] for text in texts])

    def unknown(self, texts: Iterable[str]) -> list[str]:
        """Return the texts that were not learnt, each once."""
        return [text for text in dict.fromkeys(texts) if text not in self._known]

    def learn(self, rows: Mapping[str, Floats]) -> None:
        """Add embeddings; those that are known stay.

        Raises:
            ConfigError: they are narrower than the space.
            EndpointError: they are not all of one width.
        """
        added = {text: row for text, row in rows.items() if text not in self._known}
        widths = {row.size for row in (*self._known.values(), *added.values())}
        if len(widths) > 1:
            raise EndpointError(
                f"[encoder.endpoint] embeddings of {min(widths)} and of {max(widths)} numbers "
                "are not of one model; start a new run directory"
            )
        for width in widths:
            check_width(ENDPOINT, width, self._dimensions)
        self._known |= added
