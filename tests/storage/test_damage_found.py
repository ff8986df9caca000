"""What is known of the damage in a log: one record or many bytes, and a header that heals."""

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.storage.damage import Damage, warn_of
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import HEADER, frame, header
from fedbbpt.storage.reading import LogReader, read_log
from fedbbpt.storage.scan import Scan
from fedbbpt.storage.source import HeldBytes

PAYLOADS = [b'{"number":%d}' % number * 3 for number in range(40)]
LISTS = st.lists(st.binary(max_size=40), min_size=1, max_size=6)


def whole_log(payloads: list[bytes]) -> bytearray:
    data = bytearray(header())
    for payload in payloads:
        data += frame(payload, len(data))
    return data


def damage_in(data: bytes) -> Damage:
    scan = Scan(HeldBytes(data))
    for _ in scan.records():
        pass
    return Damage.found(scan)


def write_log(path: Path) -> bytes:
    with FramedLog.open(path) as log:
        for payload in PAYLOADS:
            log.append(payload)
    return path.read_bytes()


@given(LISTS, st.data())
def test_one_flipped_bit_is_known_to_hide_one_record(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = whole_log(payloads)
    whole[data.draw(st.integers(HEADER, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    damage = damage_in(bytes(whole))

    assert damage.spans == (0,)
    assert damage.most_lost(13) == 1


@given(st.data())
def test_a_stretch_of_zeros_hides_at_most_the_records_that_it_is_said_to(
    data: st.DataObject,
) -> None:
    whole = whole_log(PAYLOADS)
    start = data.draw(st.integers(HEADER, len(whole) - 1))
    stop = data.draw(st.integers(start + 1, len(whole)))
    whole[start:stop] = bytes(stop - start)
    read = Scan(HeldBytes(bytes(whole)))
    lost = len(PAYLOADS) - len(list(read.records()))

    most = Damage.found(read).most_lost(len(frame(PAYLOADS[0], 0)))

    # What only looks like a write that broke off is cut, as after a kill, and nobody's damage.
    assert lost <= most or read.end < len(whole)


def test_a_damaged_header_is_mended_by_the_next_append_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    sound = write_log(path)
    spoilt = bytes([sound[0] ^ 4]) + sound[1:]
    path.write_bytes(spoilt)

    with FramedLog.open(path) as log:
        records, damage = log.records(), log.damage
    untouched = path.read_bytes()
    with FramedLog.open(path) as log:
        log.append(b"next")
        log.append(b"and next")

    assert (records, damage) == (tuple(PAYLOADS), Damage(header=True))
    assert untouched == spoilt
    assert path.read_bytes()[: len(sound)] == sound
    assert read_log(path).records == (*PAYLOADS, b"next", b"and next")


def test_a_damaged_header_and_a_torn_tail_are_mended_together(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    sound = write_log(path)
    path.write_bytes(os.urandom(HEADER) + sound[HEADER:] + frame(b"torn", len(sound))[:9])

    with FramedLog.open(path) as log:
        log.append(b"next")

    assert path.read_bytes() == sound + frame(b"next", len(sound))


def test_a_reader_passes_over_a_damaged_header_and_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    spoilt = b"\0" + write_log(path)[1:]
    path.write_bytes(spoilt)

    with LogReader.open(path) as log:
        read = [record.payload for record in log.records()]
        damage = log.damage

    assert (read, damage.header) == (PAYLOADS, True)
    assert path.read_bytes() == spoilt


def test_one_warning_names_path_and_first_numbers(caplog: pytest.LogCaptureFixture) -> None:
    numbers = tuple(range(3, 30, 3))

    with caplog.at_level(logging.WARNING):
        warn_of(Path("runs/one\x1b/calls.log"), Damage(numbers, (0,) * len(numbers)))
        warn_of(Path("runs/two/calls.log"), Damage())

    (record,) = caplog.records
    said = record.getMessage()
    assert "9 damaged records skipped (numbers 3, 6, 9, 12, 15, ..., counted from 0)" in said
    assert said.startswith("warning: runs/one")
    assert "\x1b" not in said
