"""Soft tokens around a fixed text prompt, searched through a random projection.

Sun et al. 2022, arXiv:2201.03514, section 3: the numbers of all soft tokens are A z, with z in
R^d and A drawn once.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fedbbpt.canonical import digest
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng
from fedbbpt.soft_tokens import PLACES, Place, SoftTokens
from fedbbpt.spaces import Axis

__all__ = ["Soft"]

BLOCK = 1024
"""Rows of A that one random stream gives; part of what the fingerprint stands for."""

LARGEST = 1e4
"""Size of numbers that no model's embeddings come near."""

MOST_NUMBERS = 64 * 1024 * 1024
"""Largest A, in numbers of 4 bytes: 256 MB."""


@dataclass(frozen=True, slots=True)
class Soft:
    """The text prompt with soft tokens in its last message.

    Laws: the origin is the text prompt itself, without soft tokens; anywhere else the soft tokens
    are A z, so that twice the point is twice their numbers. A is made anew from ``seed`` by whoever
    holds the space, and never sent or stored. With z ~ N(0, I) and alpha 1 the numbers of a soft
    token have the standard deviation of the model's own embeddings (sec. 3.4).

    Attributes:
        start: the text prompt.
        embedding_width: hidden size of the model, as its endpoint's table says.
        embedding_std: standard deviation of its embeddings, as that table says.
        tokens: soft tokens, >= 1.
        dimensions: length of z, >= 2.
        place: ``"before"`` the last message, ``"between"`` what precedes the input and the input,
            or ``"after"`` the message.
        alpha: size of the numbers in units of ``embedding_std``, > 0.
        sigma: standard deviation of z at the beginning of a search, > 0.
        seed: names A, >= 0.

    Raises:
        ValueError: a value out of its range.
    """

    start: Prompt
    embedding_width: int
    embedding_std: float
    tokens: int = 10
    dimensions: int = 100
    place: str = "before"
    alpha: float = 1.0
    sigma: float = 0.2
    seed: int = 0
    _projection: NDArray[np.float32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        counts = {
            "embedding_width": (self.embedding_width, 1),
            "tokens": (self.tokens, 1),
            "dimensions": (self.dimensions, 2),
            "seed": (self.seed, 0),
        }
        for name, (count, least) in counts.items():
            if count < least:
                raise ValueError(f"{name}: {count} is too few; give at least {least}")
        scales = {"embedding_std": self.embedding_std, "alpha": self.alpha, "sigma": self.sigma}
        for name, scale in scales.items():
            if not 0 < scale < math.inf:
                raise ValueError(f"{name}: {scale} is no scale; give a number above 0")
        size = self.alpha * self.embedding_std * self.sigma
        if size > LARGEST:
            raise ValueError(
                f"sigma: a search would begin with numbers of size {size:.3g}, and embeddings have "
                "some 0.1; lower sigma, alpha or embedding_std"
            )
        if self.place not in PLACES:
            raise ValueError(f"place: {self.place!r} is unknown; use {', '.join(PLACES)}")
        if self._height * self.dimensions > MOST_NUMBERS:
            raise ValueError(
                f"dimensions: a projection of {self._height} x {self.dimensions} numbers is too "
                "large; lower tokens or dimensions"
            )
        object.__setattr__(self, "_projection", self._drawn())

    @property
    def axes(self) -> tuple[Axis, ...]:
        """None: all coordinates are numbers."""
        return ()

    def initial(self) -> Gaussian:
        """Return N(0, sigma^2 I)."""
        return Gaussian(np.zeros(self.dimensions), self.sigma)

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt at ``point``, shape (dimensions,).

        Raises:
            ValueError: another width, or a number that is not finite or far too large.
        """
        values = np.asarray(point, dtype=np.float64)
        if values.shape != (self.dimensions,):
            raise ValueError(f"point: shape {values.shape}; this space needs ({self.dimensions},)")
        if not np.isfinite(values).all():
            raise ValueError("point: all numbers must be finite")
        if not values.any():
            return self.start
        return Prompt(self.start.messages, self.start.words, self._tokens(values))

    @property
    def fingerprint(self) -> str:
        """The digest of everything that ``decode`` depends on."""
        return digest(
            {
                "space": "soft",
                "start": self.start.payload(),
                "width": self.embedding_width,
                "scale": self._scale,
                "tokens": self.tokens,
                "dimensions": self.dimensions,
                "place": self.place,
                "seed": self.seed,
                "sigma": self.sigma,
            }
        )

    def _tokens(self, point: Floats) -> SoftTokens:
        # Row by row in float64 and in one order, whatever the number of threads or the library:
        # the bits of the numbers are part of every request's key.
        numbers = np.zeros(self._height)
        for column, value in zip(self._projection.T, point, strict=True):
            numbers += column * value
        place: Place = next(place for place in PLACES if place == self.place)
        return SoftTokens.of((self._scale * numbers).reshape(self.tokens, -1), place)

    @property
    def _height(self) -> int:
        return self.tokens * self.embedding_width

    @property
    def _scale(self) -> float:
        return self.alpha * self.embedding_std / math.sqrt(self.dimensions)

    def _drawn(self) -> NDArray[np.float32]:
        """Return A without its scale, shape (tokens * width, dimensions)."""
        blocks = (
            rng(self.seed, "soft projection", round=number).standard_normal(
                (min(BLOCK, self._height - first), self.dimensions), dtype=np.float32
            )
            for number, first in enumerate(range(0, self._height, BLOCK))
        )
        drawn: NDArray[np.float32] = np.asfortranarray(np.concatenate(list(blocks)))
        drawn.setflags(write=False)
        return drawn
