"""The checksum of any stretch of a source at a bounded price, however long the stretch is.

CRC-32 is linear: that of a stretch follows from those of the two beginnings that end where it
begins and where it ends. Damaged bytes may claim any length, many times over; without this, each
claim would cost a pass over the rest of the file.
"""

import zlib
from array import array
from functools import lru_cache

from fedbbpt.storage.source import Source

STEP = 1 << 12
"""Bytes between two beginnings whose checksum is kept; a shorter stretch is read directly."""

_READ = 1 << 20
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31
_X_TO_THE_8 = 1 << 23


class Checksums:
    """Checksums of the stretches of one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._beginnings = array("I", [0])

    def of(self, start: int, stop: int, first: int) -> int:
        """Return ``zlib.crc32`` of the bytes from ``start`` to ``stop``, begun with ``first``."""
        if stop - start <= STEP:
            return zlib.crc32(self._source.glance(start, stop), first)
        moved = _times(_power(stop - start), self._beginning(start) ^ first)
        return self._beginning(stop) ^ moved

    def _beginning(self, stop: int) -> int:
        """Return the checksum of everything before ``stop``."""
        block, rest = divmod(stop, STEP)
        while len(self._beginnings) <= block:
            self._go_on()
        known = self._beginnings[block]
        return zlib.crc32(self._source.glance(stop - rest, stop), known) if rest else known

    def _go_on(self) -> None:
        start = (len(self._beginnings) - 1) * STEP
        # Filled up where the file has lost its end since it was opened, so that this comes to one.
        data = memoryview(self._source.glance(start, start + _READ).ljust(STEP, b"\0"))
        checksum = self._beginnings[-1]
        for place in range(0, len(data) - STEP + 1, STEP):
            checksum = zlib.crc32(data[place : place + STEP], checksum)
            self._beginnings.append(checksum)


def _power(length: int) -> int:
    """Return x to the power of ``8 * length``: what ``length`` more bytes multiply a CRC with."""
    power, place = _ONE, 0
    while length:
        power = _times(power, _digit_power(place, length & 0xFF))
        length >>= 8
        place += 1
    return power


@lru_cache(maxsize=4 * 256)
def _digit_power(place: int, digit: int) -> int:
    base = _X_TO_THE_8
    for _ in range(8 * place):
        base = _times(base, base)
    power = _ONE
    for _ in range(digit):
        power = _times(power, base)
    return power


def _times(one: int, other: int) -> int:
    """Multiply two polynomials over GF(2), modulo that of CRC-32; bit 31 is the coefficient of 1.

    Law: commutative, associative, and ``_ONE`` changes nothing.
    """
    product = 0
    while one:
        if one & _ONE:
            product ^= other
        one = one << 1 & 0xFFFFFFFF
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product
