"""Instructions as places in a few dimensions, so that what moves a Gaussian searches texts.

A counterpart of Chen et al. 2023, arXiv:2306.03082 (InstructZero), and Hu et al. 2024,
arXiv:2403.02993 (ZOPO), that needs no open model: texts are listed, not decoded from numbers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.errors import ConfigError
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Axis
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.places import nearest, places_of
from fedbbpt.spaces.wording import Wordings

__all__ = ["Embedding"]

Embed = Callable[[Sequence[str]], Floats]
"""Texts to embeddings, shape (texts, width); a text's row does not depend on the others."""

LEAST = 2
"""Instructions at the beginning: among fewer there is nothing to search."""


# without slots=True: embeddings are worked out once, and a cached property needs a place
@dataclass(frozen=True)
class Embedding:
    """The instructions of a bank, each at a place of R^d; a point means the nearest of them.

    The place of a text is P (e - e0) / s: e is its embedding, e0 that of the start's instruction, P
    a projection drawn from ``seed``, and s the typical length of P (e - e0) over the bank before it
    grew. So it depends on nothing that joins later.

    Laws: the origin is the start; a candidate's place decodes to it, however the bank grows; any
    other point may come to mean a candidate that joined nearer to it.

    Attributes:
        bank: the instructions, at least 2 before it grew.
        embed: texts to embeddings; filled by the run.
        encoder: ``"words"`` (hashed n-grams, no model), ``"endpoint"`` for the embeddings of
            ``[encoder.endpoint]``, or a sentence encoder by its name or folder (extra
            ``semantic``).
        dimensions: d, >= 1 and at most the width of an embedding.
        sigma: standard deviation of every coordinate at a search's start, > 0; in units of the
            distance at which candidates typically lie from the start's instruction.
        seed: names the projection, >= 0; the run's if left out.

    Raises:
        ValueError: a value out of its range, or too few instructions.
    """

    bank: Instructions
    embed: Embed
    encoder: str = "words"
    dimensions: int = 10
    sigma: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.encoder:
            raise ValueError('encoder: none is named; use "words", or name a sentence encoder')
        if self.dimensions < 1:
            raise ValueError(f"dimensions: {self.dimensions} is too few; give at least 1")
        if not 0 < self.sigma < math.inf:
            raise ValueError(f"sigma: {self.sigma} is no scale; give a number above 0")
        if self.seed < 0:
            raise ValueError(f"seed: {self.seed} is below 0; give at least 0")
        if self._first < LEAST:
            raise ValueError(
                f"library: {self._first} instruction is no bank to search; name a library with "
                'more, or write use = "instructions" to let a proposer begin with one'
            )

    @property
    def axes(self) -> tuple[Axis, ...]:
        """None: all coordinates are numbers."""
        return ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The instruction of every candidate, topic and labels filled in."""
        return self.bank.texts

    @property
    def wordings(self) -> Wordings:
        """The label words, with their mode and the reason for it."""
        return self.bank.wordings

    def initial(self) -> Gaussian:
        """Return N(0, sigma^2 I)."""
        return Gaussian(np.zeros(self.dimensions), self.sigma)

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt of the candidate nearest to ``point``, shape (dimensions,).

        Raises:
            ValueError: another width, or a number that is not finite.
            ConfigError: the encoder gives the texts no places.
        """
        return self.bank.decode(self.bank.point(self.number(point)))

    def number(self, point: Floats) -> int:
        """Return which candidate is nearest, the earliest of equally near ones.

        Raises:
            ValueError: another width, or a number that is not finite.
        """
        values = np.asarray(point, dtype=np.float64)
        if values.shape != (self.dimensions,):
            raise ValueError(f"point: shape {values.shape}; this space needs ({self.dimensions},)")
        if not np.isfinite(values).all():
            raise ValueError("point: all numbers must be finite")
        if not values.any():  # the start, whatever the embeddings are
            return 0
        return nearest(self._places, values)

    def point(self, number: int) -> Floats:
        """Return the place of a candidate, shape (dimensions,)."""
        place: Floats = self._places[number].copy()
        return place

    def grown(self, texts: Sequence[str]) -> "Embedding":
        """Return the space with more candidates; those there are stay where they are.

        Raises:
            ValueError: too many, or one that cannot be an instruction.
        """
        return replace(self, bank=self.bank.grown(texts)) if texts else self

    @cached_property
    def fingerprint(self) -> str:
        """The digest of the bank, and of what gives its texts their places."""
        return digest(
            {
                "space": "embedding",
                "bank": self.bank.fingerprint,
                "encoder": self.encoder,
                "dimensions": self.dimensions,
                "seed": self.seed,
                "sigma": self.sigma,
            }
        )

    @property
    def _first(self) -> int:
        return len(self.bank.texts) - len(self.bank.added)

    @cached_property
    def _places(self) -> Points:
        embedded = np.asarray(self.embed(self.texts), dtype=np.float64)
        try:
            if len(embedded) != len(self.texts):
                raise ValueError(f"{len(embedded)} rows for {len(self.texts)} texts")
            return places_of(embedded, self._first, self.dimensions, self.seed)
        except ValueError as error:  # of the run's making, not of a point's
            raise ConfigError(f"[space] encoder = {self.encoder!r}: {error}") from error
