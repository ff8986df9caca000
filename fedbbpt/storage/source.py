"""Bytes to read a log from: those of a file, a window at a time, or those in memory."""

import os
from typing import Protocol

WINDOW = 1 << 20
"""Bytes of a file that are held at once."""


class Source(Protocol):
    """Bytes of a fixed length."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to ``stop``; fewer where the file has lost its end."""
        ...

    def glance(self, start: int, stop: int) -> bytes:
        """Do as ``read``, for a short stretch far away from what is read next."""
        ...

    def find(self, needle: bytes, start: int) -> int:
        """Return where ``needle`` next begins, from ``start`` on; -1 where it does not."""
        ...


class HeldBytes:
    """Bytes in memory as a source."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self._data)

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to ``stop``."""
        return self._data[start:stop]

    glance = read

    def find(self, needle: bytes, start: int) -> int:
        """Return where ``needle`` next begins, or -1."""
        return self._data.find(needle, start)


class FileBytes:
    """The bytes that a file holds now, read in windows; the file's position is left alone.

    A memory map would be shorter, but a process whose map loses its end, since another cuts the
    file, is killed by the system.

    Raises:
        OSError: here and in every method, where the system cannot read.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._start = 0
        self._stop = 0
        self._window = b""

    @property
    def size(self) -> int:
        """How many there were when this source was made."""
        return self._size

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to ``stop``; fewer where the file has lost its end."""
        if start < self._start or stop > self._stop:
            self._move(start, stop)
        return self._window[start - self._start : stop - self._start]

    def glance(self, start: int, stop: int) -> bytes:
        """Do as ``read``, and leave the window where it is."""
        return os.pread(self._descriptor, min(stop, self._size) - start, start)

    def find(self, needle: bytes, start: int) -> int:
        """Return where ``needle`` next begins, or -1."""
        while start + len(needle) <= self._size:
            if start < self._start or start + len(needle) > self._stop:
                self._move(start, start + len(needle))
            place = self._window.find(needle, start - self._start)
            if place != -1:
                return self._start + place
            if self._stop < start + len(needle):
                return -1  # the file has lost its end
            start = self._stop - len(needle) + 1
        return -1

    def _move(self, start: int, stop: int) -> None:
        length = min(max(WINDOW, stop - start), self._size - start)
        self._window = os.pread(self._descriptor, length, start)
        self._start, self._stop = start, start + len(self._window)
