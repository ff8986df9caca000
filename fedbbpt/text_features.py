"""Texts as hashed n-grams of words and letters: what they say, without any model."""

import itertools
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Floats

BUCKETS = 4096
"""Places of hashed n-grams."""

LETTERS = 4
"""Length of an n-gram of letters, in bytes."""

_WORD = re.compile(r"\w+")


def text_features(texts: Sequence[str]) -> Floats:
    """Return hashed n-grams of words (1, 2) and letters, each row of length 1: (n, BUCKETS).

    The hash is the same in every process.
    """
    rows = np.zeros((len(texts), BUCKETS))
    for row, text in zip(rows, texts, strict=True):
        hashes, times = np.unique(_hashes(text), return_counts=True)
        signs = np.where(hashes >> 31, 1.0, -1.0)
        np.add.at(row, hashes % BUCKETS, signs * np.log1p(times))
    lengths: Floats = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    lengths[lengths == 0] = 1.0
    scaled: Floats = rows / lengths
    return scaled


def _hashes(text: str) -> NDArray[np.uint32]:
    words = _WORD.findall(text.casefold())
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(words)]
    said = [zlib.crc32(gram.encode()) for gram in (*words, *pairs)]
    return np.concatenate([np.array(said, dtype=np.uint32), _letter_hashes(" ".join(words))])


def _letter_hashes(line: str) -> NDArray[np.uint32]:
    # Four bytes are one number, whose bits a multiplication spreads (Knuth's 2^32 / phi).
    letters = np.frombuffer(line.encode(), dtype=np.uint8).astype(np.uint64)
    if len(letters) < LETTERS:
        return np.empty(0, dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(letters, LETTERS)
    numbers = windows @ (np.uint64(256) ** np.arange(LETTERS, dtype=np.uint64))
    spread = numbers * np.uint64(2654435769) % np.uint64(2**32)
    return (spread ^ (spread >> np.uint64(15))).astype(np.uint32)
