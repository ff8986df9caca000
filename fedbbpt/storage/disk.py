"""The steps that bring bytes to a disk: write them whole, mend them, make the file's name last."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from fedbbpt.storage.crash import crash_point

Write = Callable[[int, memoryview], int]
"""As ``os.write``: may write fewer bytes than asked and says how many."""


def write_all(descriptor: int, data: bytes, *, name: str, write: Write = os.write) -> None:
    """Write every byte of ``data``, in one call unless the system writes less than asked.

    Raises:
        OSError: the system refused; any part of ``data`` may have been written.
    """
    rest = memoryview(data)
    while rest:
        crash_point(f"{name}: write")
        written = write(descriptor, rest)
        if written < 1:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def write_start(descriptor: int, data: bytes, *, name: str) -> None:
    """Write ``data`` over the first bytes of a file that is open for appending.

    Raises:
        OSError: the system refused.
    """
    crash_point(f"{name}: mend")
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    # Where a file is open for appending, pwrite adds at its end, whatever the place.
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags & ~os.O_APPEND)
    try:
        os.pwrite(descriptor, data, 0)
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power loss.

    Raises:
        OSError: the system refused.
    """
    crash_point(f"{folder.name}: fsync")
    force_names(folder)


def force_names(folder: Path) -> None:
    """Do as ``sync_folder``, at a moment that no test can enumerate.

    Raises:
        OSError: the system refused.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
