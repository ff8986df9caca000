"""Replace a file as a whole: a reader sees the old bytes or the new ones, never a mixture."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fedbbpt.errors import StorageError
from fedbbpt.storage.crash import crash_point
from fedbbpt.storage.disk import Write, sync_folder, write_all


def write_atomic(path: Path, data: bytes, *, write: Write = os.write) -> None:
    """Make ``data`` the content of ``path``, durably, or leave the file as it was.

    The temporary file has one fixed name beside ``path``, so that a kill leaves at most one behind
    and the next write replaces it. One process at a time writes a path (see ``lock.RunLock``).

    Raises:
        StorageError: the folder or the disk refuses; no temporary file stays.
    """
    write_parts(path, (data,), write=write)


def write_parts(
    path: Path, parts: Iterable[bytes], *, mode: int = 0o666, write: Write = os.write
) -> None:
    """Do as ``write_atomic`` for content that comes in parts.

    Args:
        path: the file.
        parts: its content, made while it is written.
        mode: rights of the new file, less what the user's mask takes.
        write: as ``os.write``.

    Raises:
        StorageError: as ``write_atomic``, or as making a part did; no temporary file stays.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        _write_synced(temporary, parts, mode, write)
        crash_point(f"{path.name}: rename")
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        _remove(temporary)
        raise StorageError(
            f"{path}: cannot be written ({error.strerror}); "
            "check the folder's rights and the free space"
        ) from error
    except StorageError:
        _remove(temporary)
        raise


def _write_synced(path: Path, parts: Iterable[bytes], mode: int, write: Write) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode)
    try:
        for part in parts:
            write_all(descriptor, part, name=path.name, write=write)
        crash_point(f"{path.name}: fsync")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)
