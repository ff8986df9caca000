"""The completions of a log by key: where each one is, and what stands there."""

from collections.abc import Callable
from typing import Any

import orjson

from fedbbpt.completions import Completion
from fedbbpt.endpoints.records.completion_json import completion_again
from fedbbpt.storage.offsets import Offsets


class AnswerIndex:
    """Finds completions in a log that holds them; memory is a few bytes a completion.

    Args:
        payload_at: the payload of the record at an offset, or None where there is none any more.
    """

    def __init__(self, payload_at: Callable[[int], bytes | None]) -> None:
        self._payload_at = payload_at
        self._offsets = Offsets()

    def __len__(self) -> int:
        """Return how many completions there are."""
        return len(self._offsets)

    def add(self, key: str, offset: int) -> bool:
        """Add the completion of ``key``, whose record is at ``offset``; False where one is known.

        Raises:
            StorageError: the log cannot be read.
        """
        if any(self._record(key, known) is not None for known in self._offsets.find(key)):
            return False
        self.place(key, offset)
        return True

    def place(self, key: str, offset: int) -> None:
        """Add the completion of a key of which none is known."""
        self._offsets.add(key, offset)

    def completion(self, key: str) -> Completion | None:
        """Return the completion of ``key``, or None where there is none.

        Raises:
            StorageError: the log cannot be read.
        """
        for offset in self._offsets.find(key):
            record = self._record(key, offset)
            if record is not None:
                return completion_again(record["completion"])
        return None

    def _record(self, key: str, offset: int) -> dict[str, Any] | None:
        payload = self._payload_at(offset)
        if payload is None:
            return None
        # Whoever added the offset has checked this record, and its checksum still holds.
        record: dict[str, Any] = orjson.loads(payload)
        return record if record["key"] == key else None
