"""Logs read without touching them, also while their owner goes on writing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fedbbpt.errors import StorageError
from fedbbpt.storage.damage import Damage
from fedbbpt.storage.frames import HEAD, checksum, claim
from fedbbpt.storage.refusals import refusal
from fedbbpt.storage.scan import Frames, Record, Scan
from fedbbpt.storage.source import FileBytes

_GLANCE = 2048
"""Bytes read at once for a record whose length is not known: most records are shorter."""


def read_log(path: Path) -> Frames:
    """Return all that a log holds; a missing file is an empty log.

    Raises:
        StorageError: the file cannot be read, is no log, or has another format version.
    """
    if not path.exists():
        return Frames((), (), 0)
    with LogReader.open(path) as log:
        records = tuple(record.payload for record in log.records())
        return Frames(records, tuple(log.damaged), log.end)


class LogReader:
    """A log open for reading alone: what it held at that moment, and its records by place.

    Made by ``LogReader.open``. Nothing is locked: the owner may append, cut its torn tail or put a
    compacted file in the place of this one.

    Attributes:
        damaged: numbers, from 0, of the damaged records met so far by ``records``.
        damage: the same with all that is known of them.
        end: length in bytes of the part to keep, as far as ``records`` came.
    """

    def __init__(self, path: Path, descriptor: int, scan: Scan) -> None:
        self._path = path
        self._descriptor = descriptor
        self._scan = scan

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["LogReader"]:
        """Open a log for the time of a ``with`` block.

        Raises:
            StorageError: it cannot be read, is no log, or has another format version.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise refusal(path, "read", error) from error
        try:
            log = cls(path, descriptor, open_scan(path, descriptor))
            try:
                yield log
            finally:
                log._descriptor = -1  # the number may soon be another file's
        finally:
            os.close(descriptor)

    @property
    def damaged(self) -> tuple[int, ...]:
        """Numbers of the damaged records met so far."""
        return self.damage.numbers

    @property
    def damage(self) -> Damage:
        """What was found damaged so far."""
        return Damage.found(self._scan)

    @property
    def end(self) -> int:
        """Length of the part to keep, as far as the records were read."""
        return self._scan.end

    def records(self) -> Iterator[Record]:
        """Yield the sound records, once.

        Raises:
            StorageError: the system cannot read them.
        """
        return scanned(self._path, self._scan)

    def payload(self, offset: int) -> bytes | None:
        """Return the payload of the record at ``offset``, or None where none is any more."""
        return payload_at(self._path, self._descriptor, offset)


def open_scan(path: Path, descriptor: int) -> Scan:
    """Return a pass over the bytes of an open log.

    Raises:
        StorageError: it cannot be read, is no log, or has another format version.
    """
    try:
        return Scan(FileBytes(descriptor))
    except OSError as error:
        raise refusal(path, "read", error) from error
    except ValueError as error:
        raise StorageError(f"{path}: {error}") from error


def scanned(path: Path, scan: Scan) -> Iterator[Record]:
    """Yield the records of a pass over the log at ``path``.

    Raises:
        StorageError: the system cannot read them.
    """
    try:
        yield from scan.records()
    except OSError as error:
        raise refusal(path, "read", error) from error


def payload_at(path: Path, descriptor: int, offset: int) -> bytes | None:
    """Return the payload of the sound record at ``offset``, or None where there is none.

    Raises:
        StorageError: the system cannot read it.
    """
    try:
        data = os.pread(descriptor, _GLANCE, offset)
        claimed = claim(data)
        if claimed is None:
            return None
        length, stated = claimed
        payload = data[HEAD : HEAD + length]
        if len(payload) < length <= os.fstat(descriptor).st_size:
            payload = os.pread(descriptor, length, offset + HEAD)
    except OSError as error:
        raise refusal(path, "read", error) from error
    return payload if checksum(payload, offset) == stated else None
