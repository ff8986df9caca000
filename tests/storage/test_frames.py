import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.storage.frames import MAX_PAYLOAD, frame, header
from fedbbpt.storage.scan import Frames, read_frames

PAYLOADS = (b'{"a":1}', b"", b"\xfe\xff\xfb\xfe binary", '{"b":"ü"}'.encode())
LISTS = st.lists(st.binary(max_size=40), min_size=1, max_size=6)


def whole_log(payloads: tuple[bytes, ...] | list[bytes]) -> bytes:
    data = header()
    for payload in payloads:
        data += frame(payload, len(data))
    return data


def ends(payloads: tuple[bytes, ...] | list[bytes]) -> list[int]:
    return [len(whole_log(payloads[:count])) for count in range(len(payloads) + 1)]


@given(LISTS, st.data())
def test_one_flipped_bit_loses_that_record_alone_and_names_it(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = bytearray(whole_log(payloads))
    bit = data.draw(st.integers(len(header()) * 8, len(whole) * 8 - 1))
    hit = sum(end <= bit // 8 for end in ends(payloads)) - 1
    whole[bit // 8] ^= 1 << bit % 8

    frames = read_frames(bytes(whole))

    assert frames.damaged == (hit,)
    assert frames.records == tuple(payloads[:hit] + payloads[hit + 1 :])


@given(st.integers(0, len(header()) * 8 - 1))
def test_a_flipped_bit_in_the_header_is_passed_over_where_sound_frames_follow(bit: int) -> None:
    whole = bytearray(whole_log(PAYLOADS))
    whole[bit // 8] ^= 1 << bit % 8

    frames = read_frames(bytes(whole))

    assert frames == Frames(PAYLOADS, (), len(whole))


@given(st.integers(0, len(header()) * 8 - 1))
def test_a_flipped_bit_in_a_header_that_no_frame_follows_is_refused(bit: int) -> None:
    whole = bytearray(header())
    whole[bit // 8] ^= 1 << bit % 8

    with pytest.raises(ValueError, match=r"damaged|not a log"):
        read_frames(bytes(whole))


def test_a_file_that_holds_a_log_elsewhere_than_at_its_beginning_is_no_log() -> None:
    with pytest.raises(ValueError, match="not a log of fedbbpt"):
        read_frames(b"an archive with " + b"a file: " + whole_log(PAYLOADS))


def test_a_newer_version_is_never_taken_for_a_damaged_header() -> None:
    newer = header(version=2) + whole_log(PAYLOADS)[len(header()) :]

    with pytest.raises(ValueError, match="format version 2 is newer"):
        read_frames(newer)


@settings(max_examples=200)
@given(LISTS, st.data())
def test_no_damage_makes_a_record_that_was_never_written(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = whole_log(payloads)
    start = data.draw(st.integers(len(header()), len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    garbage = data.draw(st.binary(max_size=30))

    frames = read_frames(whole[:start] + garbage + whole[stop:])

    rest = iter(payloads)
    assert all(record in rest for record in frames.records)


def test_a_record_that_holds_another_log_is_not_read_as_records() -> None:
    inner = whole_log([b"inner one", b"inner two"])
    data = bytearray(whole_log([b"first", inner, b"last"]))
    data[ends([b"first"])[1] + 5] ^= 1

    frames = read_frames(bytes(data))

    assert frames.records[0] == b"first"
    assert frames.records[-1] == b"last"
    assert b"inner one" not in frames.records


def test_two_damaged_records_side_by_side_are_both_numbered() -> None:
    payloads = [b"zero", b"one", b"two", b"three"]
    data = bytearray(whole_log(payloads))
    for number in (1, 2):
        data[ends(payloads)[number + 1] - 1] ^= 1

    frames = read_frames(bytes(data))

    assert frames == Frames((b"zero", b"three"), (1, 2), len(data))


def test_version_zero_was_never_released() -> None:
    with pytest.raises(ValueError, match="version 0 was never released"):
        read_frames(header(version=0))


def test_a_payload_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="payload"):
        frame(bytes(MAX_PAYLOAD + 1), 0)
