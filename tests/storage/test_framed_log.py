import errno
import os
import threading
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import frame, header
from fedbbpt.storage.reading import read_log
from fedbbpt.storage.scan import Frames

PAYLOADS = (b'{"a":1}', b"", b"\xfe\xff\xfb\xfe binary", '{"b":"ü"}'.encode())


def whole_log(payloads: tuple[bytes, ...] | list[bytes]) -> bytes:
    data = header()
    for payload in payloads:
        data += frame(payload, len(data))
    return data


def ends(payloads: tuple[bytes, ...] | list[bytes]) -> list[int]:
    return [len(whole_log(payloads[:count])) for count in range(len(payloads) + 1)]


def append_all(path: Path, *payloads: bytes) -> None:
    with FramedLog.open(path) as log:
        for payload in payloads:
            log.append(payload)


def test_a_missing_file_and_an_empty_file_are_empty_logs(tmp_path: Path) -> None:
    empty = tmp_path / "empty.log"
    empty.touch()

    assert read_log(tmp_path / "missing.log").records == ()
    with FramedLog.open(empty) as log:
        assert log.records() == ()


def test_records_come_back_in_order_over_several_openings(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    append_all(path, *PAYLOADS[:2])
    append_all(path, *PAYLOADS[2:])

    assert read_log(path) == Frames(PAYLOADS, (), path.stat().st_size)


def test_opening_without_appending_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    torn = whole_log(PAYLOADS)[:-3]
    path.write_bytes(torn)

    append_all(path)

    assert path.read_bytes() == torn


def test_cut_at_every_byte_the_log_gives_the_records_before_the_cut(tmp_path: Path) -> None:
    data = whole_log(PAYLOADS)
    path = tmp_path / "a.log"

    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        kept = PAYLOADS[: max(0, sum(end <= cut for end in ends(PAYLOADS)) - 1)]
        with FramedLog.open(path) as log:
            assert (log.records(), log.damaged) == (kept, ())
            log.append(b"after")
        assert read_log(path).records == (*kept, b"after")
        assert read_log(path).damaged == ()


def test_a_damaged_last_record_stays_and_the_log_grows_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    data = bytearray(whole_log([b"one", b"two"]))
    data[-1] ^= 1
    path.write_bytes(data)

    append_all(path, b"three")

    assert read_log(path).records == (b"one", b"three")
    assert read_log(path).damaged == (1,)


def test_a_newer_format_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    path.write_bytes(header(version=7) + b"unknown layout")

    with pytest.raises(StorageError, match=r"calls\.log: format version 7 is newer than 1"):
        read_log(path)
    with pytest.raises(StorageError, match="upgrade"), FramedLog.open(path):
        pass
    assert path.read_bytes() == header(version=7) + b"unknown layout"


def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes")

    with pytest.raises(StorageError, match=r"notes\.txt: not a log"):
        append_all(path, b"x")

    assert path.read_text() == "my notes"


def test_a_file_that_cannot_be_opened_or_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"absent.*a\.log: cannot be opened"):
        append_all(tmp_path / "absent" / "a.log", b"x")
    with pytest.raises(StorageError, match="cannot be read"):
        read_log(tmp_path)


def test_a_second_writer_is_kept_away(tmp_path: Path) -> None:
    path = tmp_path / "a.log"

    with (
        FramedLog.open(path),
        pytest.raises(StorageError, match="open for writing elsewhere"),
        FramedLog.open(path),
    ):
        pass

    append_all(path, b"free again")


def test_a_system_that_writes_little_by_little_gets_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.log"

    with FramedLog.open(path, write=lambda fd, data: os.write(fd, data[:3])) as log:
        log.append(b"a record of some length")

    assert read_log(path).records == (b"a record of some length",)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("good_bytes", [0, 1, 5, 12, 15])
def test_a_full_disk_leaves_no_half_record(tmp_path: Path, code: int, good_bytes: int) -> None:
    path = tmp_path / "calls.log"
    append_all(path, b"before")
    state = {"left": good_bytes, "broken": True}

    def failing(descriptor: int, data: memoryview) -> int:
        if state["broken"] and state["left"] == 0:
            raise OSError(code, os.strerror(code))
        part = data[: state["left"]] if state["broken"] else data
        state["left"] -= len(part)
        return os.write(descriptor, part)

    with FramedLog.open(path, write=failing) as log:
        with pytest.raises(StorageError, match=r"calls\.log: cannot be written"):
            log.append(b"lost")
        at_failure = read_log(path)
        state["broken"] = False
        log.append(b"later")

    assert at_failure.records == (b"before",)
    assert read_log(path) == Frames((b"before", b"later"), (), path.stat().st_size)


def test_a_write_that_writes_nothing_is_an_error_and_not_a_loop(tmp_path: Path) -> None:
    with (
        FramedLog.open(tmp_path / "a.log", write=lambda *_: 0) as log,
        pytest.raises(StorageError, match="wrote nothing"),
    ):
        log.append(b"x")


def test_what_is_synced_on_demand_is_not_synced_again_at_the_end(tmp_path: Path) -> None:
    flushes: list[int] = []

    with FramedLog.open(tmp_path / "a.log", flush=flushes.append) as log:
        log.append(b"x")
        log.sync()
        on_demand = len(flushes)
        log.sync()

    assert on_demand == len(flushes) >= 1


def test_records_reach_the_disk_although_nobody_asks_for_it(tmp_path: Path) -> None:
    flushed = threading.Event()

    with FramedLog.open(tmp_path / "a.log", flush=lambda _: flushed.set()) as log:
        log.append(b"x")
        alone = flushed.wait(timeout=30)

    assert alone


def test_a_disk_that_refused_unnoticed_is_an_error_at_the_end(tmp_path: Path) -> None:
    refused = threading.Event()

    def failing(descriptor: int) -> None:
        refused.set()
        raise OSError(errno.EIO, "input/output error")

    def write_and_wait() -> None:
        with FramedLog.open(tmp_path / "a.log", flush=failing) as log:
            log.append(b"x")
            refused.wait(timeout=30)

    with pytest.raises(StorageError, match=r"a\.log: .*(forced to|reach) the disk"):
        write_and_wait()


def test_after_a_failed_flush_nothing_more_is_taken(tmp_path: Path) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    with FramedLog.open(tmp_path / "a.log", flush=failing) as log:
        log.append(b"x")
        with pytest.raises(StorageError, match=r"(forced to|reach) the disk"):
            log.sync()
        with pytest.raises(StorageError, match="an earlier write did not reach the disk"):
            log.append(b"y")
