"""Every write, flush and read of a small sequence fails once, in turn, in each way a disk can."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage.atomic import write_parts
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log

RECORDS = [b"record %d " % number + b"x" * 40 for number in range(6)]
CALLS = 40
"""More system calls than the sequence makes."""


@dataclass
class Disk:
    """A disk whose ``at``-th call fails, and with it every later one unless it is mended.

    Attributes:
        at: number of the call, from 1.
        code: why.
        part: bytes that a failing write still writes.
    """

    at: int
    code: int
    part: int = 0
    mended: bool = False
    seen: int = field(default=0)

    def fails(self) -> bool:
        self.seen += 1
        return self.seen >= self.at and not self.mended

    def write(self, descriptor: int, data: memoryview) -> int:
        if self.fails():
            if self.part and self.seen == self.at:
                return os.write(descriptor, data[: self.part])
            raise OSError(self.code, os.strerror(self.code))
        return os.write(descriptor, data)

    def flush(self, descriptor: int) -> None:
        if self.fails():
            raise OSError(self.code, os.strerror(self.code))


def disks(*, mended: bool) -> Iterator[Disk]:
    for at in range(1, CALLS):
        for code in (errno.ENOSPC, errno.EIO):
            for part in (0, 1, 13, 30):
                yield Disk(at, code, part, mended)


def append_until_refused(path: Path, disk: Disk) -> list[bytes]:
    """Append the records that are not there yet; return those that the log took."""
    taken: list[bytes] = []
    with suppress(StorageError), FramedLog.open(path, write=disk.write, flush=disk.flush) as log:
        for record in RECORDS[len(log.records()) :]:
            log.append(record)
            taken.append(record)
            log.sync()
    return taken


def test_whatever_fails_what_was_taken_stays_and_a_later_try_ends_alike(tmp_path: Path) -> None:
    for number, disk in enumerate(disks(mended=False)):
        path = tmp_path / f"{number}.log"

        taken = append_until_refused(path, disk)
        kept = list(read_log(path).records)
        append_until_refused(path, Disk(at=10_000, code=errno.EIO))

        assert kept[: len(taken)] == taken
        assert len(kept) <= len(taken) + 1
        assert read_log(path).records == tuple(RECORDS)
        assert read_log(path).damaged == ()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("part", [0, 1, 13, 30])
def test_a_refused_record_leaves_no_trace_once_there_is_room_again(
    tmp_path: Path, code: int, part: int
) -> None:
    for at in range(1, len(RECORDS) + 1):
        path = tmp_path / f"{at}.log"
        disk = Disk(at, code, part)
        taken = []
        with FramedLog.open(path, write=disk.write, flush=lambda _: None) as log:
            for record in RECORDS:
                try:
                    log.append(record)
                    taken.append(record)
                except StorageError as error:
                    assert os.strerror(code) in str(error)  # noqa: PT017 - one of many turns
                    disk.mended = True

        assert taken == [record for place, record in enumerate(RECORDS, 1) if place != at]
        assert read_log(path).records == tuple(taken)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, code: int) -> None:
    path = tmp_path / "calls.log"
    path.write_bytes(b"old")

    for at in (1, 2, 3):
        disk = Disk(at, code)
        with pytest.raises(StorageError, match=os.strerror(code)):
            write_parts(path, (b"new ", b"bytes", b"!"), write=disk.write)
        assert path.read_bytes() == b"old"
        assert [item.name for item in tmp_path.iterdir()] == ["calls.log"]


def test_a_part_that_cannot_be_made_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    path.write_bytes(b"old")

    def parts() -> Iterator[bytes]:
        yield b"new"
        raise StorageError("the old log cannot be read")

    with pytest.raises(StorageError, match="the old log cannot be read"):
        write_parts(path, parts())

    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [
        ("calls.log", b"old")
    ]
