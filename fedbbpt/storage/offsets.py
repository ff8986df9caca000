"""Where records are, by key, in a few bytes a record and without the keys themselves."""

from array import array
from collections.abc import Iterator

_FIRST_SLOTS = 1 << 10


class Offsets:
    """A table from the hash of a key to offsets in a log, of 24 to 48 bytes a key.

    Different keys may have the same hash: whoever reads the record at an offset sees there whether
    it is the one that was looked for. Law: every offset that was added for a key is found for it.
    """

    def __init__(self) -> None:
        self._count = 0
        self._hashes = array("q", bytes(8 * _FIRST_SLOTS))
        self._offsets = array("Q", bytes(8 * _FIRST_SLOTS))

    def __len__(self) -> int:
        """Return how many offsets there are."""
        return self._count

    def add(self, key: str, offset: int) -> None:
        """Add an offset, > 0, for ``key``."""
        if 3 * self._count >= 2 * len(self._offsets):
            self._grow()
        self._place(hash(key), offset)
        self._count += 1

    def find(self, key: str) -> Iterator[int]:
        """Yield the offsets that may be those of ``key``: nearly always the right one or none."""
        hashed, hashes, offsets = hash(key), self._hashes, self._offsets
        mask = len(offsets) - 1
        slot = hashed & mask
        while offset := offsets[slot]:
            if hashes[slot] == hashed:
                yield offset
            slot = slot + 1 & mask

    def _place(self, hashed: int, offset: int) -> None:
        hashes, offsets = self._hashes, self._offsets
        mask = len(offsets) - 1
        slot = hashed & mask
        while offsets[slot]:
            slot = slot + 1 & mask
        hashes[slot] = hashed
        offsets[slot] = offset

    def _grow(self) -> None:
        hashes, offsets = self._hashes, self._offsets
        self._hashes = array("q", bytes(16 * len(offsets)))
        self._offsets = array("Q", bytes(16 * len(offsets)))
        for hashed, offset in zip(hashes, offsets, strict=True):
            if offset:
                self._place(hashed, offset)
