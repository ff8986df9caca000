import errno
import os
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage import framed_log
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock, try_lock
from fedbbpt.storage.reading import read_log
from fedbbpt.storage.source import WINDOW

PAYLOADS = (b'{"a":1}', b"", b"\xfe\xff\xfb\xfe binary", '{"b":"ü"}'.encode())


def append_all(path: Path, *payloads: bytes) -> None:
    with FramedLog.open(path) as log:
        for payload in payloads:
            log.append(payload)


def test_a_record_is_read_back_by_its_offset(tmp_path: Path) -> None:
    long = b"y" * 10_000

    with FramedLog.open(tmp_path / "a.log") as log:
        places = [log.append(payload) for payload in (*PAYLOADS, long)]
        read = [log.payload(place) for place in places]

    assert read == [*PAYLOADS, long]


def test_a_record_that_the_disk_spoils_while_the_log_is_open_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "a.log"

    with FramedLog.open(path) as log:
        place = log.append(b"an answer")
        data = path.read_bytes()
        path.write_bytes(data.replace(b"an", b"no"))

        with pytest.raises(StorageError, match=f"byte {place} was damaged while the log was open"):
            log.payload(place)


def test_a_closed_log_reads_no_other_file(tmp_path: Path) -> None:
    with FramedLog.open(tmp_path / "a.log") as log:
        place = log.append(b"x")

    with (tmp_path / "a.log").open("rb"), pytest.raises(StorageError, match="cannot be read"):
        log.payload(place)


def test_a_log_whose_old_records_cannot_be_read_takes_no_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    append_all(path, b"x" * (2 * WINDOW), b"last")
    size = path.stat().st_size
    read = os.pread

    def failing(descriptor: int, length: int, offset: int) -> bytes:
        if offset > WINDOW:
            raise OSError(errno.EIO, "input/output error")
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", failing)
    with FramedLog.open(path) as log:
        with pytest.raises(StorageError, match="cannot be read"):
            log.records()
        with pytest.raises(StorageError, match="not read to its end"):
            log.append(b"over the others")

    assert path.stat().st_size == size


def test_a_log_that_was_replaced_while_waiting_for_it_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    append_all(path, b"old")
    compacted = tmp_path / "compacted"
    append_all(compacted, b"compacted")

    def replacing(descriptor: int, _patience: float) -> bool:
        if compacted.exists():
            compacted.replace(path)
        return try_lock(descriptor)

    monkeypatch.setattr(framed_log, "wait_lock", replacing)
    append_all(path, b"new")

    assert read_log(path).records == (b"compacted", b"new")


def test_the_owner_of_a_log_in_use_is_named(tmp_path: Path) -> None:
    with (
        RunLock(tmp_path),
        FramedLog.open(tmp_path / "a.log"),
        pytest.raises(StorageError, match=rf"elsewhere \(process {os.getpid()} on "),
        FramedLog.open(tmp_path / "a.log"),
    ):
        pass
