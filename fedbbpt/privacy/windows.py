"""Runs of words or letters as sets of 64-bit numbers: small, linear in the text, none missed.

Two equal runs always have equal numbers. Unequal ones have with a chance of about one in 10**19 a
pair, which can only refuse a text too many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)
NONE: Hashes = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Coder:
    """Gives every word, or letter, one number; remembers those that it gave."""

    known: dict[str, int] = field(default_factory=dict)

    def codes(self, parts: Sequence[str]) -> Hashes:
        """Return one number a part, shape (parts,)."""
        return np.fromiter((self._code(part) for part in parts), np.uint64, len(parts))

    def _code(self, part: str) -> int:
        code = self.known.get(part)
        if code is None:
            code = int.from_bytes(blake2b(part.encode("utf-8", "replace"), digest_size=8).digest())
            self.known[part] = code
        return code


def windows(codes: Hashes, size: int) -> Hashes:
    """Return the number of every run of ``size`` parts, shape (max(0, parts - size + 1),)."""
    count = len(codes) - size + 1
    if count < 1:
        return NONE
    total: Hashes = np.zeros(count, dtype=np.uint64)
    for place in range(size):
        total = total * _BASE + codes[place : place + count]
    return total


def distinct(parts: Iterable[Hashes]) -> Hashes:
    """Return all numbers of all parts, sorted, none twice."""
    found: Hashes = np.unique(np.concatenate([NONE, *parts]))
    return found


def holds(index: Hashes, asked: Hashes) -> NDArray[np.bool_]:
    """Return which numbers stand in a sorted index, shape (asked,)."""
    if not len(index):
        return np.zeros(len(asked), dtype=np.bool_)
    place = np.minimum(np.searchsorted(index, asked), len(index) - 1)
    found: NDArray[np.bool_] = index[place] == asked
    return found


class Owned(NamedTuple):
    """Runs with the example each stands in: two arrays of one length, sorted by the runs."""

    runs: Hashes
    examples: NDArray[np.int64]

    def most_in_one(self, asked: Hashes) -> int:
        """Return how many of the distinct runs asked about stand in one and the same example."""
        first = np.searchsorted(self.runs, asked, side="left")
        last = np.searchsorted(self.runs, asked, side="right")
        spans = [self.examples[a:b] for a, b in zip(first, last, strict=True) if b > a]
        return int(np.bincount(np.concatenate(spans)).max()) if spans else 0


def owned(parts: Sequence[Hashes]) -> Owned:
    """Return the distinct runs of every example, by its place."""
    own = [np.unique(part) for part in parts]
    runs = np.concatenate([NONE, *own])
    examples = np.repeat(np.arange(len(own), dtype=np.int64), [len(part) for part in own])
    order = np.argsort(runs, kind="stable")
    return Owned(runs[order], examples[order])
