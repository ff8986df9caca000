"""An append-only file of records that survives kills, full disks and flipped bits."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fedbbpt.errors import StorageError
from fedbbpt.storage.crash import crash_point
from fedbbpt.storage.damage import Damage
from fedbbpt.storage.disk import Write, force_names, write_all, write_start
from fedbbpt.storage.frames import frame, header
from fedbbpt.storage.group_commit import GroupCommit
from fedbbpt.storage.lock import owner_named, wait_lock
from fedbbpt.storage.reading import open_scan, payload_at, scanned
from fedbbpt.storage.refusals import refusal
from fedbbpt.storage.scan import Record, Scan

Flush = Callable[[int], None]

# macOS has no fdatasync.
_FLUSH: Flush = os.fsync if sys.platform == "darwin" else os.fdatasync

_TRIES = 8

_CLOSED = -1
"""No descriptor: that of a closed log may soon be another file's."""


class FramedLog:
    """A log open for appending, owned by this opening alone.

    Made by ``FramedLog.open``. A record that was appended is read by every later opening, whole or
    not at all; a power loss takes the last few milliseconds at most. A torn tail is cut just before
    the next append, so that opening changes nothing.
    """

    def __init__(self, path: Path, descriptor: int, scan: Scan, write: Write, flush: Flush) -> None:
        self.path = path
        self._name = path.name  # kept, because a path takes a microsecond to say it
        self._descriptor = descriptor
        self._scan = scan
        self._old: Iterator[Record] | None = scanned(path, scan)
        self._end = 0
        self._torn = True
        self._unsynced = False
        self._is_new = scan.end == 0
        self._name_synced = not self._is_new
        self._told = False
        self._write = write
        self._flush = flush
        self._commit = GroupCommit(self._force)

    @classmethod
    @contextmanager
    def open(
        cls,
        path: Path,
        *,
        write: Write = os.write,
        flush: Flush = _FLUSH,
        patience_seconds: float = 0.0,
    ) -> Iterator["FramedLog"]:
        """Open a log, or begin one, for the time of a ``with`` block.

        Args:
            path: the file; its folder must exist.
            write: as ``os.write``.
            flush: as ``os.fdatasync``; also called from another thread.
            patience_seconds: so long it is waited for where it is open elsewhere.

        Raises:
            StorageError: it cannot be opened, is open elsewhere, is no log, or has another format
                version; or, at the end of the block, the disk refused what was written before.
        """
        descriptor = _owned(path, patience_seconds)
        try:
            log = cls(path, descriptor, open_scan(path, descriptor), write, flush)
            try:
                yield log
            finally:
                log._finish()
        finally:
            os.close(descriptor)

    @property
    def damaged(self) -> tuple[int, ...]:
        """Numbers, from 0, of the records that were damaged when the log was opened."""
        return self.damage.numbers

    @property
    def damage(self) -> Damage:
        """What was damaged when the log was opened."""
        self._read_old()
        return Damage.found(self._scan)

    @property
    def size(self) -> int:
        """Length in bytes, a torn tail left out."""
        self._read_old()
        return self._end

    def replay(self) -> Iterator[Record]:
        """Yield the sound records that the log held when it was opened, in order, once.

        Raises:
            StorageError: the system cannot read them.
        """
        if self._old is not None:
            yield from self._old
            self._read_old()

    def records(self) -> tuple[bytes, ...]:
        """Return the payloads that ``replay`` yields; for logs that are small."""
        return tuple(record.payload for record in self.replay())

    def payload(self, offset: int) -> bytes:
        """Return the payload of the record at ``offset``, which was sound when it was last read.

        Raises:
            StorageError: the system cannot read it, or it is not sound any more.
        """
        payload = payload_at(self.path, self._descriptor, offset)
        if payload is None:
            raise StorageError(
                f"{self.path}: the record at byte {offset} was damaged while the log was open; "
                "check the disk and resume"
            )
        return payload

    def append(self, payload: bytes) -> int:
        """Add one record and return its offset; it now survives a kill of this process.

        Raises:
            ValueError: the payload is too long.
            StorageError: the disk refuses; the record is not in the log.
        """
        self._check_usable()
        if self._old is not None:
            self._read_old()
        start = b"" if self._end else header()
        offset = self._end + len(start)
        addition = start + frame(payload, offset)
        try:
            if self._torn:
                self._cut()
            self._torn = True
            write_all(self._descriptor, addition, name=self._name, write=self._write)
        except OSError as error:
            raise refusal(self.path, "written", error) from error
        self._torn = False
        self._end += len(addition)
        self._unsynced = True
        self._commit.wrote()
        return offset

    def sync(self) -> None:
        """Make all records survive a power loss, now.

        Raises:
            StorageError: the disk refuses; the log takes no more records until it is reopened,
                since the system may have dropped those that it could not write.
        """
        self._check_usable()
        if not self._unsynced:
            return
        # A kill at a moment that the thread chooses could not be repeated, and would show no more
        # than one here: what is written is what other processes see, forced to the disk or not.
        crash_point(f"{self.path.name}: fsync")
        if self._is_new:
            crash_point(f"{self.path.parent.name}: fsync")
        try:
            self._commit.force()
        except OSError as error:
            self._told = True
            raise refusal(self.path, "forced to the disk", error) from error
        self._unsynced = self._is_new = False

    def _force(self) -> None:
        self._flush(self._descriptor)
        if not self._name_synced:
            force_names(self.path.parent)
            self._name_synced = True

    def _finish(self) -> None:
        """Force what is left, end what runs beside, and say what nobody was told yet."""
        try:
            if not self._told:
                self.sync()
        finally:
            self._commit.close()
            self._descriptor = _CLOSED

    def _read_old(self) -> None:
        """Find out where the log ends, if nobody has read it yet."""
        if self._old is not None:
            for _ in self._old:
                pass
            if not self._scan.whole:
                # Where an unread part begins is no end: the next append would cut it off.
                raise StorageError(f"{self.path}: was not read to its end; check the disk, resume")
            self._old = None
            self._end = self._scan.end

    def _cut(self) -> None:
        """Remove what a broken-off write left behind the last record; mend a damaged header."""
        if self._scan.header_damaged:
            write_start(self._descriptor, header(), name=self._name)
        if os.fstat(self._descriptor).st_size > self._end:
            crash_point(f"{self.path.name}: cut")
            os.ftruncate(self._descriptor, self._end)

    def _check_usable(self) -> None:
        if self._commit.failure is not None:
            self._told = True
            raise StorageError(
                f"{self.path}: an earlier write did not reach the disk "
                f"({self._commit.failure.strerror}); check the disk and resume"
            )


def _owned(path: Path, patience_seconds: float) -> int:
    """Open a file that nobody else has open for writing, and keep it so.

    Each of two writers would cut the other's record in the making as a torn tail.
    """
    for _ in range(_TRIES):
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise refusal(path, "opened", error) from error
        try:
            if not wait_lock(descriptor, patience_seconds):
                raise StorageError(
                    f"{path}: open for writing elsewhere{owner_named(path.parent)}; "
                    "wait for that process or stop it"
                )
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            raise refusal(path, "locked", error) from error
        except StorageError:
            os.close(descriptor)
            raise
        os.close(descriptor)  # between opening and locking, a compacted log took its place
    raise StorageError(f"{path}: is being replaced over and over; stop the other process")
