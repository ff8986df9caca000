"""Which batches are under way at endpoints, as the journal knows it after any number of kills."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from fedbbpt.endpoints.batches.records import BatchRecord, Created, Ended, Planned, batch_payload
from fedbbpt.storage.framed_log import FramedLog


@dataclass(slots=True, eq=False)
class PendingBatch:
    """A batch that was planned and is not over.

    Attributes:
        name: ours, and nobody else's.
        owner: on whose behalf.
        place: identity of the endpoint.
        id: the endpoint's; None where it is not known whether the batch was created.
        awaited: keys whose attempt was recorded and has no outcome yet.
    """

    name: str
    owner: str
    place: str
    id: str | None = None
    awaited: set[str] = field(default_factory=set)


class BatchBook:
    """Follows the batch records of one journal, and writes them.

    Law: after a kill the book holds every batch that may exist at an endpoint and is not over, each
    with exactly the keys whose intent was recorded for it and whose outcome was not.
    """

    def __init__(self, log: FramedLog) -> None:
        self._log = log
        self._pending: dict[str, PendingBatch] = {}
        self._by_key: dict[str, PendingBatch] = {}

    def hear(self, record: BatchRecord) -> None:
        """Take over a record of the log."""
        match record:
            case Planned(name, owner, place, keys):
                batch = self._pending[name] = PendingBatch(name, owner, place)
                self._by_key.update(dict.fromkeys(keys, batch))
            case Created(name, batch_id):
                if name in self._pending:
                    self._pending[name].id = batch_id
            case Ended(name):
                self._drop(name)
            case _:
                assert_never(record)

    def intended(self, key: str) -> None:
        """Count the attempt at ``key`` as part of the batch that was planned for it, if any."""
        batch = self._by_key.get(key)
        if batch is not None:
            batch.awaited.add(key)

    def over(self, key: str) -> None:
        """Count the attempt at ``key`` as over, whatever came of it."""
        batch = self._by_key.pop(key, None)
        if batch is not None:
            batch.awaited.discard(key)

    def awaits(self, key: str) -> bool:
        """Tell whether the answer to ``key`` may be on its way in a batch."""
        batch = self._by_key.get(key)
        return batch is not None and key in batch.awaited

    def at(self, place: str) -> Iterator[PendingBatch]:
        """Yield the batches that are not over at an endpoint, in the order of their plans."""
        yield from [batch for batch in self._pending.values() if batch.place == place]

    def plan(self, owner: str, place: str, keys: Iterable[str]) -> PendingBatch:
        """Record that a batch is about to be sent, and return it.

        Raises:
            StorageError: the log cannot be written; do not send.
        """
        record = Planned(f"fedbbpt-{uuid.uuid4().hex}", owner, place, tuple(keys))
        self._write(record)
        return self._pending[record.name]

    def created(self, batch: PendingBatch, batch_id: str) -> None:
        """Record the endpoint's id of a batch.

        Raises:
            StorageError: the log cannot be written.
        """
        self._write(Created(batch.name, batch_id))

    def end(self, batch: PendingBatch) -> None:
        """Record that a batch is over.

        Raises:
            StorageError: the log cannot be written.
        """
        self._write(Ended(batch.name))

    def _drop(self, name: str) -> None:
        batch = self._pending.pop(name, None)
        if batch is not None:
            for key in batch.awaited:
                self._by_key.pop(key, None)

    def _write(self, record: BatchRecord) -> None:
        self._log.append(batch_payload(record))
        self.hear(record)
