"""A disk that refuses, or takes fewer bytes than asked, for every file that this process writes.

Imported before the package, whose functions hold the system's calls from their definition on. Never
imported by a test itself, only by a process that tests start.
"""

import os
import stat
from dataclasses import dataclass

_WRITE, _FSYNC, _FDATASYNC, _REPLACE = os.write, os.fsync, os.fdatasync, os.replace


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong.

    Attributes:
        at: number of the first call that is refused, from 1; 0 for none.
        code: why, as in ``errno``.
        lasting: whether all calls after it are refused too; its write then takes a half, as that
            of a disk does that gets full.
        halves: whether every write takes half of what is asked.
    """

    at: int = 0
    code: int = 0
    lasting: bool = False
    halves: bool = False


@dataclass(slots=True)
class _Disk:
    """The plan, and how many calls came since it was made."""

    plan: Plan = Plan()
    seen: int = 0

    def check(self) -> None:
        """Count a call and refuse it where it is planned.

        Raises:
            OSError: it is.
        """
        self.seen += 1
        late = self.plan.lasting and self.seen > self.plan.at
        if self.plan.at and (self.seen == self.plan.at or late):
            raise OSError(self.plan.code, os.strerror(self.plan.code))

    def taken(self, data: memoryview) -> memoryview:
        """Return what the next write takes, at least one byte."""
        fills = self.plan.lasting and self.seen + 1 == self.plan.at
        return data[: max(1, len(data) // 2)] if fills or self.plan.halves else data


_DISK = _Disk()


def begin(plan: Plan) -> None:
    """Let the disk do so from its next call on."""
    _DISK.plan, _DISK.seen = plan, 0


def calls_seen() -> int:
    """Return how many writes, flushes and renames came since the plan was made."""
    return _DISK.seen


def _write(descriptor: int, data: memoryview) -> int:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return _WRITE(descriptor, data)
    taken = _DISK.taken(data)
    if len(taken) == len(data) or _DISK.plan.halves:
        _DISK.check()
    else:
        _DISK.seen += 1  # the half that still fits
    return _WRITE(descriptor, taken)


def _fsync(descriptor: int) -> None:
    _DISK.check()
    _FSYNC(descriptor)


def _fdatasync(descriptor: int) -> None:
    _DISK.check()
    _FDATASYNC(descriptor)


def _replace(source: str, target: str) -> None:
    _DISK.check()
    _REPLACE(source, target)


os.write = _write  # type: ignore[assignment]
os.fsync = _fsync  # type: ignore[assignment]
os.fdatasync = _fdatasync  # type: ignore[assignment]
os.replace = _replace  # type: ignore[assignment]
