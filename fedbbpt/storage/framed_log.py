"""An append-only file of records that survives kills, full disks and flipped bits."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fedbbpt.errors import StorageError
from fedbbpt.storage.crash import crash_point
from fedbbpt.storage.disk import Write, sync_folder, write_all
from fedbbpt.storage.frames import Frames, frame, header, read_frames
from fedbbpt.storage.lock import try_lock

GROUP = 64
"""Records between two flushes: a kill loses none of them, a power loss at most these."""

Flush = Callable[[int], None]

# macOS has no fdatasync.
_FLUSH: Flush = os.fsync if sys.platform == "darwin" else os.fdatasync


def read_log(path: Path) -> Frames:
    """Read a log without touching it; a missing file is an empty log.

    Raises:
        StorageError: the file cannot be read, is no log, or has another format version.
    """
    try:
        return read_frames(path.read_bytes())
    except FileNotFoundError:
        return Frames((), (), 0)
    except OSError as error:
        raise _refusal(path, "read", error) from error
    except ValueError as error:
        raise StorageError(f"{path}: {error}") from error


class FramedLog:
    """A log open for appending, owned by this opening alone.

    Made by ``FramedLog.open``. A record that was appended is read by every later opening, whole or
    not at all. A torn tail is cut just before the next append, so that opening changes nothing.

    Attributes:
        damaged: numbers, from 0, of the records that were damaged when the log was opened.
    """

    def __init__(
        self, path: Path, descriptor: int, frames: Frames, write: Write, flush: Flush
    ) -> None:
        self._path = path
        self._descriptor = descriptor
        self._records = frames.records
        self.damaged = frames.damaged
        self._end = frames.end
        self._torn = True
        self._unsynced = 0
        self._name_synced = frames.end > 0
        self._failed = False
        self._write = write
        self._flush = flush

    @classmethod
    @contextmanager
    def open(
        cls, path: Path, *, write: Write = os.write, flush: Flush = _FLUSH
    ) -> Iterator["FramedLog"]:
        """Open a log, or begin one, for the time of a ``with`` block.

        Args:
            path: the file; its folder must exist.
            write: as ``os.write``.
            flush: as ``os.fdatasync``.

        Raises:
            StorageError: it cannot be opened, is open elsewhere, is no log, or has another format
                version.
        """
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise _refusal(path, "opened", error) from error
        try:
            _own(path, descriptor)
            log = cls(path, descriptor, read_log(path), write, flush)
            try:
                yield log
            finally:
                if not log._failed:
                    log.sync()
        finally:
            os.close(descriptor)

    def records(self) -> tuple[bytes, ...]:
        """Return the sound records that the log held when it was opened, in order."""
        return self._records

    def append(self, payload: bytes) -> None:
        """Add one record; after the return it survives a kill of this process.

        Raises:
            ValueError: the payload is too long.
            StorageError: the disk refuses; the record is not in the log.
        """
        self._check_usable()
        start = b"" if self._end else header()
        addition = start + frame(payload, self._end + len(start))
        try:
            self._cut()
            self._torn = True
            write_all(self._descriptor, addition, name=self._path.name, write=self._write)
        except OSError as error:
            raise _refusal(self._path, "written", error) from error
        self._torn = False
        self._end += len(addition)
        self._unsynced += 1
        if self._unsynced >= GROUP:
            self.sync()

    def sync(self) -> None:
        """Make all records survive a power loss.

        Raises:
            StorageError: the disk refuses; the log takes no more records until it is reopened,
                since the system may have dropped those that it could not write.
        """
        self._check_usable()
        if not self._unsynced:
            return
        try:
            crash_point(f"{self._path.name}: fsync")
            self._flush(self._descriptor)
            if not self._name_synced:
                sync_folder(self._path.parent)
        except OSError as error:
            self._failed = True
            raise _refusal(self._path, "forced to the disk", error) from error
        self._name_synced = True
        self._unsynced = 0

    def _cut(self) -> None:
        """Remove whatever a broken-off write left behind the last record."""
        if self._torn and os.fstat(self._descriptor).st_size > self._end:
            crash_point(f"{self._path.name}: cut")
            os.ftruncate(self._descriptor, self._end)

    def _check_usable(self) -> None:
        if self._failed:
            raise StorageError(
                f"{self._path}: an earlier write did not reach the disk; check the disk and resume"
            )


def _own(path: Path, descriptor: int) -> None:
    """Keep a second writer away: each would cut the other's record in the making as a torn tail."""
    try:
        owned = try_lock(descriptor)
    except OSError as error:
        raise _refusal(path, "locked", error) from error
    if not owned:
        raise StorageError(f"{path}: open for writing elsewhere; wait for that process or stop it")


def _refusal(path: Path, action: str, error: OSError) -> StorageError:
    return StorageError(
        f"{path}: cannot be {action} ({error.strerror}); "
        "check the disk's free space and your rights, then resume"
    )
