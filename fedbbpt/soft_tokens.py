"""Soft tokens: rows of numbers that stand in a conversation where token embeddings would.

Lester et al. 2021, arXiv:2104.08691.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

Place = Literal["before", "between", "after"]
PLACES: tuple[Place, ...] = ("before", "between", "after")

_NUMBER = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class SoftTokens:
    """Soft tokens of the last message.

    Attributes:
        data: the rows one after another, float32, little-endian, all finite.
        width: numbers a row, >= 1: the hidden size of the model.
        place: ``"before"`` the message, ``"between"`` what precedes the input and the input, or
            ``"after"`` the message.

    Raises:
        ValueError: no row, a part of one, a number that is not finite, or no such place.
    """

    data: bytes = field(repr=False)
    width: int
    place: Place = "before"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise ValueError(f"place: {self.place!r} is unknown; use {', '.join(PLACES)}")
        row = self.width * _NUMBER.itemsize
        if self.width < 1 or not self.data or len(self.data) % row:
            raise ValueError(
                f"soft tokens: {len(self.data)} bytes are no rows of {self.width} numbers"
            )
        if not np.isfinite(self.rows).all():
            raise ValueError("soft tokens: all numbers must be finite")
        # The place is no part of it: in a request it is the place in the text that counts.
        told = hashlib.sha256(self.width.to_bytes(4, "little") + self.data).hexdigest()
        object.__setattr__(self, "digest", told)

    @classmethod
    def of(cls, rows: NDArray[np.floating], place: Place = "before") -> "SoftTokens":
        """Return the soft tokens of rows of shape (tokens, width), rounded to float32.

        Raises:
            ValueError: another shape, or a number that is not finite or too large.
        """
        if rows.ndim != 2:
            raise ValueError(f"rows: shape {rows.shape} is not (tokens, width)")
        with np.errstate(over="ignore"):  # what becomes infinite is refused
            return cls(rows.astype(_NUMBER).tobytes(), rows.shape[1], place)

    @property
    def rows(self) -> NDArray[np.float32]:
        """Shape (tokens, width), read-only."""
        return np.frombuffer(self.data, dtype=_NUMBER).reshape(-1, self.width)

    @property
    def count(self) -> int:
        """Number of soft tokens, >= 1."""
        return len(self.data) // (self.width * _NUMBER.itemsize)

    def __str__(self) -> str:
        """What stands for them where people read."""
        tokens = "soft token" if self.count == 1 else "soft tokens"
        return f"[{self.count} {tokens} {self.digest[:8]}]"

    def payload(self) -> dict[str, object]:
        """Return them as JSON values; ``from_payload`` is the inverse."""
        numbers = base64.b64encode(self.data).decode()
        return {"f4": numbers, "width": self.width, "place": self.place}

    @classmethod
    def from_payload(cls, payload: object) -> "SoftTokens":
        """Return the soft tokens that ``payload`` describes.

        Raises:
            ValueError: not what ``payload`` gives.
        """
        match payload:
            case {"f4": str(numbers), "width": int(width), "place": str(place), **rest} if not rest:
                return cls(base64.b64decode(numbers, validate=True), width, cast(Place, place))
            case _:
                raise ValueError("soft: expected an object with f4, width and place")


@dataclass(frozen=True, slots=True)
class PlacedTokens:
    """Soft tokens in a conversation.

    Attributes:
        tokens: the numbers.
        at: where they stand in the last message, in characters from its beginning, >= 0.
    """

    tokens: SoftTokens
    at: int

    def payload(self) -> dict[str, object]:
        """Return what a reply depends on, as JSON values."""
        return {"digest": self.tokens.digest, "at": self.at}
