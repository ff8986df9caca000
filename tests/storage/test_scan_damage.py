import struct
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from fedbbpt.randomness import rng
from fedbbpt.storage.frames import HEADER, MARKER, frame, header
from fedbbpt.storage.reading import LogReader, read_log
from fedbbpt.storage.scan import read_frames
from fedbbpt.storage.source import WINDOW

Head = Callable[[int, int], bytes]
LENGTHS: dict[str, Head] = {
    "markers alone": lambda _place, _count: MARKER * 3,
    "short claims": lambda place, _count: MARKER + struct.pack("<II", 30 + place % 90, place),
    "half the file": lambda place, count: MARKER + struct.pack("<II", 6 * count, place),
    "to the end": lambda place, count: MARKER + struct.pack("<II", 12 * (count - place), place),
}


def whole_log(payloads: Sequence[bytes]) -> bytes:
    data = bytearray(header())
    for payload in payloads:
        data += frame(payload, len(data))
    return bytes(data)


def payloads_of(count: int, draw: np.random.Generator) -> list[bytes]:
    """Return records of many lengths, some of which hold markers or frames of another place.

    A frame of this very place, moved there by a damage, would be a record; text cannot hold one.
    """
    made = []
    for number in range(count):
        body = draw.bytes(int(draw.integers(0, 60)))
        inner = (b"", MARKER, frame(b"inner", 9_999), MARKER + frame(b"", 9_000))[number % 4]
        made.append(b"%d " % number + inner + body)
    return made


def mutated(data: bytes, draw: np.random.Generator) -> bytes:
    """Return a log with one to four damages: flips, cuts, holes, garbage, pieces of itself."""
    raw = bytearray(data)
    for _ in range(draw.integers(1, 5)):
        start = int(draw.integers(0, len(raw) + 1))
        stop = min(len(raw), start + int(draw.integers(1, 80)))
        match int(draw.integers(0, 7)):
            case 0 if start < len(raw):
                raw[start] ^= 1 << int(draw.integers(0, 8))
            case 1:
                del raw[start:]
            case 2:
                del raw[start:stop]
            case 3:
                raw[start:start] = draw.bytes(stop - start)
            case 4:
                raw[start:stop] = bytes(stop - start)
            case 5:
                raw[start:start] = raw[stop : 2 * stop - start]
            case _:
                raw[start:stop] = MARKER + struct.pack(
                    "<I", int(draw.integers(0, 2 * len(raw) + 1))
                )
    return bytes(raw)


def mutate_and_read(mutations: int) -> None:
    draw = rng(11, "damage")
    payloads = payloads_of(9, draw)
    data = whole_log(payloads)
    for number in range(mutations):
        spoilt = mutated(data, draw)
        try:
            frames = read_frames(spoilt)
        except ValueError:
            assert spoilt[:HEADER] != data[:HEADER], number
            continue
        remaining = iter(payloads)
        assert all(record in remaining for record in frames.records), number
        assert frames.end <= len(spoilt)


def test_thousands_of_damages_never_give_a_record_that_was_not_written() -> None:
    mutate_and_read(2_000)


@pytest.mark.torture
def test_a_hundred_thousand_damages_never_give_a_record_that_was_not_written() -> None:
    mutate_and_read(100_000)


def test_a_damaged_file_is_read_from_the_disk_as_from_memory(tmp_path: Path) -> None:
    draw = rng(12, "damage")
    data = whole_log(payloads_of(9, draw))
    path = tmp_path / "a.log"

    for _ in range(200):
        spoilt = header() + mutated(data, draw)[HEADER:]
        path.write_bytes(spoilt)
        assert read_log(path) == read_frames(spoilt)


def test_records_around_the_borders_of_windows_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    payloads = [bytes([65 + number % 26]) * (WINDOW // 7 + number) for number in range(23)]
    data = bytearray(whole_log(payloads))
    middle = whole_log(payloads[:11])
    data[len(middle) + 40] ^= 1
    path.write_bytes(data)

    frames = read_log(path)

    assert frames.records == tuple(payloads[:11] + payloads[12:])
    assert frames.damaged == (11,)


def test_a_record_longer_than_a_window_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(whole_log([b"x" * (3 * WINDOW), b"y"]))

    with LogReader.open(path) as log:
        lengths = [len(record.payload) for record in log.records()]

    assert lengths == [3 * WINDOW, 1]


@pytest.mark.parametrize("kind", LENGTHS)
def test_the_time_for_garbage_grows_as_its_length_does(kind: str) -> None:
    seconds = {}

    for count in (2_000, 16_000):
        data = bytearray(whole_log([b"before"]))
        data += b"".join(LENGTHS[kind](place, count) for place in range(count))
        data += frame(b"after", len(data))
        began = time.process_time()
        frames = read_frames(bytes(data))
        seconds[count] = time.process_time() - began
        assert frames.records == (b"before", b"after")

    # Eight times the bytes: a quadratic pass would take 64 times as long.
    assert seconds[16_000] < 24 * seconds[2_000] + 0.1
