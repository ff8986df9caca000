import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng
from fedbbpt.storage.checksums import STEP, Checksums
from fedbbpt.storage.source import HeldBytes

DATA = rng(7, "bytes of a log").bytes(5 * STEP + 123)
PLACES = st.integers(0, len(DATA))


@given(PLACES, PLACES, st.integers(0, 2**32 - 1))
def test_a_stretch_has_the_checksum_that_a_pass_over_it_gives(
    one: int, other: int, first: int
) -> None:
    start, stop = sorted((one, other))

    found = Checksums(HeldBytes(DATA)).of(start, stop, first)

    assert found == zlib.crc32(DATA[start:stop], first)


@pytest.mark.parametrize("start", [0, 1, STEP, STEP + 1])
@pytest.mark.parametrize("length", [STEP, STEP + 1, 2 * STEP, 4 * STEP])
def test_the_borders_of_blocks_are_no_exception(start: int, length: int) -> None:
    found = Checksums(HeldBytes(DATA)).of(start, start + length, 5)

    assert found == zlib.crc32(DATA[start : start + length], 5)
