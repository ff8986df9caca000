"""A journal without what is settled: every completion, the exact ledger, and nothing else.

Settled are an intent whose outcome is known, that outcome apart from the completion itself, a
failure that certainly cost nothing, and a batch that is over. Their totals stand in one record,
twice: at the beginning and at the end.
"""

import heapq
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, assert_never

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.endpoints.batches.records import Created, Ended, Planned
from fedbbpt.endpoints.records.answer_index import AnswerIndex
from fedbbpt.endpoints.records.call_records import (
    LEAST_INTENT,
    Answered,
    Call,
    Done,
    Failed,
    Intent,
    Meaningless,
    book,
    intent_record,
    read_call,
)
from fedbbpt.endpoints.records.carried import Carried, carried_record, totals_missing
from fedbbpt.endpoints.spending.account import Account
from fedbbpt.endpoints.spending.book import SECONDS_A_DAY
from fedbbpt.storage.atomic import write_parts
from fedbbpt.storage.damage import Damage
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import frame, header

_PART = 1 << 20
"""Bytes written at once."""


class Compacted(NamedTuple):
    """What a compaction did.

    Attributes:
        before: bytes of the journal before.
        after: bytes of it now.
        completions: that it holds.
        damage: what was damaged in it, and is not there any more.
    """

    before: int
    after: int
    completions: int
    damage: Damage = Damage()


def compact(path: Path) -> Compacted:
    """Put a compacted journal in the place of the one at ``path``, or leave it as it was.

    Laws: every key answers as before, and the ledger is the same; compacting twice changes nothing
    more. Damaged records are dropped and stay in the ledger as possibly billed.

    Raises:
        StorageError: another process has the journal open, or the disk refuses.
    """
    with FramedLog.open(path) as log:
        settling = _Settling(log)
        before = log.size
        if before:
            write_parts(path, _framed(settling.payloads()), mode=path.stat().st_mode & 0o777)
        return Compacted(before, path.stat().st_size, len(settling.answers), log.damage)


class _Settling:
    """Goes through a journal and finds out which of its records must stay."""

    def __init__(self, log: FramedLog) -> None:
        self._log = log
        self.answers = AnswerIndex(log.payload)
        self._settled = Account()
        self._open: dict[str, list[tuple[int, Intent]]] = {}
        self._staying = array("Q")
        self._batches: dict[str, list[int]] = {}
        self._doubtful = array("Q")
        self._restored: dict[int, Intent] = {}
        self._kept = self._carried = self._lost = False
        for record in log.replay():
            if self._stays(record.offset, read_call(record.payload)):
                self._staying.append(record.offset)
        hidden = log.damage.most_lost(LEAST_INTENT)
        self._settled.doubt(hidden)
        if not self._carried:
            self._lost = totals_missing(log.damage, hidden, kept=self._kept)

    def payloads(self) -> Iterator[bytes]:
        """Yield the records of the compacted journal."""
        carried = carried_record(self._settled.carried(), lost=self._lost)
        yield carried
        still_open = sorted(offset for intents in self._open.values() for offset, _ in intents)
        batches = sorted(offset for offsets in self._batches.values() for offset in offsets)
        restored = dict(self._restored)
        for offset in heapq.merge(self._staying, sorted(self._doubtful), still_open, batches):
            if offset in restored:
                # The offset of a failure comes twice then: for the intent, and for the failure.
                yield intent_record(restored.pop(offset))
            else:
                yield _without_price(self._log.payload(offset))
        yield carried

    def _stays(self, offset: int, call: Call) -> bool:
        match call:
            case Intent():
                self._open.setdefault(call.key, []).append((offset, call))
            case Done():
                self._settle(call.key)
                book(self._settled, call)
                return self.answers.add(call.key, offset)
            case Answered():
                self._kept |= not call.shared
                return self.answers.add(call.key, offset)
            case Failed(billed=False):
                self._settle(call.key)
                book(self._settled, call)
            case Carried():
                self._carried = True
                self._lost |= call.lost
                book(self._settled, call)
            case Planned() | Created():
                self._batches.setdefault(call.name, []).append(offset)
            case Ended():
                self._batches.pop(call.name, None)
            case Failed():
                self._keep_intent(offset, call)
                return True
            case Meaningless():
                return True
            case _:
                assert_never(call)
        return False

    def _keep_intent(self, offset: int, failed: Failed) -> None:
        """Keep the intent of an attempt that may have been billed; make a lost one again."""
        ended = self._end(failed.key)
        if ended is not None:
            self._doubtful.append(ended[0])
        elif failed.attempt is not None:
            owner, worst, day = failed.attempt
            self._settled.tell_apart()
            self._doubtful.append(offset)
            self._restored[offset] = Intent(failed.key, 1, owner, worst, day * SECONDS_A_DAY)

    def _settle(self, key: str) -> None:
        """Book the latest open attempt, as the account does when its outcome comes."""
        if ended := self._end(key):
            book(self._settled, ended[1])

    def _end(self, key: str) -> tuple[int, Intent] | None:
        intents = self._open.get(key)
        if intents is None:
            return None
        ended = intents.pop()
        if not intents:
            del self._open[key]
        return ended


def _without_price(payload: bytes) -> bytes:
    """Return a completion's record as one that costs nothing, since its cost is carried."""
    if not isinstance(read_call(payload), Done):
        return payload
    record = orjson.loads(payload)
    return canonical_json({"t": "kept", "key": record["key"], "completion": record["completion"]})


def _framed(payloads: Iterator[bytes]) -> Iterator[bytes]:
    part = bytearray(header())
    written = 0
    for payload in payloads:
        part += frame(payload, written + len(part))
        if len(part) >= _PART:
            yield bytes(part)
            written += len(part)
            part.clear()
    yield bytes(part)
