"""Exclusive ownership of a folder by one process; the kernel takes it back when that dies."""

import fcntl
import os
import socket
import time
from pathlib import Path
from types import TracebackType

from fedbbpt.errors import StorageError

LOCK_NAME = "lock"
"""The file inside the folder; it stays there empty after use, since removing it would race."""

AGAIN_SECONDS = 0.02
"""Between two tries for a lock that is waited for."""


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock on an open file; False when another opening of it holds the lock.

    Raises:
        OSError: the file system cannot lock.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_lock(descriptor: int, patience_seconds: float) -> bool:
    """Take the lock as ``try_lock`` does, and try again for some seconds while another holds it.

    Raises:
        OSError: the file system cannot lock.
    """
    until = time.monotonic() + patience_seconds
    while not try_lock(descriptor):
        if time.monotonic() >= until:
            return False
        time.sleep(AGAIN_SECONDS)
    return True


class RunLock:
    """Own ``folder`` for the time of a ``with`` block.

    A killed owner leaves nothing to clean up: its lock ends with it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> "RunLock":
        """Take the lock.

        Raises:
            StorageError: another process owns the folder, or it cannot hold a lock file.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            self._own(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise self._refusal(error) from error
        except StorageError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the folder back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            # Unlock by name: a forked child may still hold the same open file.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    def _own(self, descriptor: int) -> None:
        if not try_lock(descriptor):
            owner = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            raise StorageError(
                f"{self._path.parent}: in use by {owner or 'another process'}; "
                "wait until it ends or stop it, then start again"
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)

    def _refusal(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self._path}: cannot be locked ({error.strerror}); "
            "use an existing folder that you may write to, on a local disk"
        )


def owner_named(folder: Path) -> str:
    """Return who owns ``folder``, in parentheses after a space; empty where nobody says so."""
    try:
        owner = (folder / LOCK_NAME).read_text(errors="replace")[:200].strip()
    except OSError:
        return ""  # no lock file: whoever has the log open has not locked the folder
    return f" ({owner})" if owner else ""
