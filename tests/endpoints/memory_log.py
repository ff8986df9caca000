"""A log in memory that a journal cannot tell from one on disk, for laws over many histories."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from fedbbpt.storage.damage import Damage
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.scan import Record


class MemoryLog:
    """Keeps records; what was appended survives whoever dies."""

    def __init__(self) -> None:
        self.path = Path("memory.log")
        self.records: list[bytes] = []
        self.damage = Damage()

    def append(self, payload: bytes) -> int:
        """Keep a record and return its offset."""
        self.records.append(payload)
        return len(self.records) - 1

    def payload(self, offset: int) -> bytes:
        """Return the record at an offset."""
        return self.records[offset]

    def replay(self) -> Iterator[Record]:
        """Yield all records."""
        for offset, payload in enumerate(self.records):
            yield Record(offset, payload)

    @property
    def as_log(self) -> FramedLog:
        """Itself, as a journal wants it."""
        return cast("FramedLog", self)
