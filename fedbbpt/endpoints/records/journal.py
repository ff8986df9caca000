"""The meaning of ``calls.log``: which calls were meant, answered or lost, by request key."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.batches.book import BatchBook
from fedbbpt.endpoints.batches.records import Created, Ended, Planned
from fedbbpt.endpoints.records.answer_index import AnswerIndex
from fedbbpt.endpoints.records.call_records import (
    LEAST_INTENT,
    Answered,
    Done,
    Failed,
    Intent,
    Meaningless,
    answer_record,
    book,
    done_record,
    fail_record,
    intent_record,
    read_call,
)
from fedbbpt.endpoints.records.carried import Carried, totals_missing
from fedbbpt.endpoints.records.other_runs import OtherRun
from fedbbpt.endpoints.records.under_way import UnderWay
from fedbbpt.endpoints.spending.account import Account
from fedbbpt.endpoints.spending.book import SECONDS_A_DAY
from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Worst
from fedbbpt.errors import StorageError
from fedbbpt.storage.damage import Damage, warn_of
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.scan import Record

_NOTHING = Worst(0)


def request_key(identity: str, request: Request) -> str:
    """Return the key of a request: the digest of all that its reply depends on.

    Args:
        identity: what a reply depends on besides the request, see ``Profile.identity``.
        request: what is asked.
    """
    return request.key(identity)


@dataclass(slots=True, eq=False)
class Journal:
    """Every completion that was ever received, durable before anyone sees it.

    Opening one warns of what is damaged in it.

    Laws: what a key answers never changes, the first completion stays; a record that cannot be read
    is counted in ``skipped`` and never served. ``lookup`` and ``tally`` of a reopened journal equal
    those of the journal that was closed or killed. Memory grows by a few bytes a completion: the
    completions stay in the log.

    Attributes:
        log: where the records are.
        others: other runs, whose completions are taken over where this log has none.
        clock: seconds since 1970, as ``time.time``; it tells the days that daily caps count.
        account: running totals and promises, shared by all endpoints over this journal.
        batches: those under way at endpoints.
        flights: by key, the outcome that some batch is waiting for in this process; None comes when
            that batch gave up.
        under_way: attempts whose outcome is not recorded yet.
        damage: what was damaged when it was opened.
        skipped: records that are sound bytes but mean nothing here.
        shared: completions taken over from other runs, in this process and before.
    """

    log: FramedLog
    others: Sequence[OtherRun] = ()
    clock: Callable[[], float] = time.time
    account: Account = field(default_factory=Account, init=False)
    batches: BatchBook = field(init=False)
    flights: "dict[str, asyncio.Future[Completion | Missing | None]]" = field(
        default_factory=dict, init=False
    )
    under_way: UnderWay = field(default_factory=UnderWay, init=False)
    damage: Damage = field(init=False)
    skipped: int = field(default=0, init=False)
    shared: int = field(default=0, init=False)
    _answers: AnswerIndex = field(init=False)
    _attempts: dict[str, int] = field(default_factory=dict, init=False)
    _own: set[str] = field(default_factory=set, init=False)
    _latest: int = field(default=0, init=False)
    _kept: bool = field(default=False, init=False)
    _carried: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._answers = AnswerIndex(self.log.payload)
        self.batches = BatchBook(self.log)
        for record in self.log.replay():
            self._replay(record)
        self.damage = self.log.damage
        hidden = self.damage.most_lost(LEAST_INTENT)
        self.account.doubt(hidden)
        if not self._carried and totals_missing(self.damage, hidden, kept=self._kept):
            self.account.lose()
        warn_of(self.log.path, self.damage, self.skipped)

    def keep_own(self, key: str) -> None:
        """From now on take nothing over from other runs for ``key``."""
        self._own.add(key)

    def lookup(self, key: str) -> Completion | None:
        """Return the completion of ``key``, or None when it was never received.

        Where another run has it, it is recorded here first: this journal alone is enough later.

        Raises:
            StorageError: the log cannot be read or written.
        """
        found = self._answers.completion(key)
        if found is None and self.others and key not in self._own:
            found = self._take_over(key)
        return found

    def reserve(self, caps: Caps, needs: Mapping[str, Worst], owner: str) -> None:
        """Promise room for one attempt at each key, or change nothing.

        Args:
            caps: the most that may be spent.
            needs: worst cases by key.
            owner: on whose behalf.

        Raises:
            BudgetError: they do not all fit under the caps.
        """
        self.account.reserve(caps, needs, owner, self._now() // SECONDS_A_DAY)

    def intend(self, key: str, owner: str, worst: Worst = _NOTHING) -> None:
        """Record that ``owner`` is about to send the request of ``key``.

        Args:
            key: see ``request_key``.
            owner: on whose behalf.
            worst: what it may cost.

        Raises:
            StorageError: the log cannot be written; do not send.
        """
        intent = Intent(key, self._attempts.get(key, 0) + 1, owner, worst, self._now())
        self.log.append(intent_record(intent))
        self._attempts[key] = intent.attempt
        book(self.account, intent)
        self.batches.intended(key)

    def complete(self, key: str, completion: Completion, cost: int | None = 0) -> Completion:
        """Record a completion and return the one that ``key`` answers from now on.

        Args:
            key: see ``request_key``.
            completion: that was received.
            cost: in nano-dollars, at the prices of today; None where nobody knows them.

        Raises:
            ValueError: JSON cannot carry the completion; nothing was recorded.
            StorageError: the log cannot be written.
        """
        earlier = self._answers.completion(key)
        offset = self.log.append(done_record(key, completion, cost))
        if earlier is None:
            self._answers.place(key, offset)
        self._attempts.pop(key, None)
        book(self.account, Done(key, completion.usage, cost))
        self.batches.over(key)
        return earlier or completion

    def fail(self, key: str, reason: str, billed: bool) -> None:
        """Record that an attempt failed.

        Args:
            key: see ``request_key``.
            reason: short and stable.
            billed: False where the model certainly did not see it, True where nobody knows.

        Raises:
            StorageError: the log cannot be written.
        """
        failed = Failed(key, billed, self.account.latest(key) if billed else None)
        self.log.append(fail_record(failed, reason))
        book(self.account, failed)
        self.batches.over(key)

    def tally(self) -> Ledger:
        """Return what the calls so far cost."""
        return self.account.ledger

    def _now(self) -> int:
        """Return the seconds since 1970; within a process they never go back.

        A promise of today could otherwise become an attempt of a day that is already used up.
        """
        self._latest = max(self._latest, int(self.clock()))
        return self._latest

    def _take_over(self, key: str) -> Completion | None:
        for other in self.others:
            completion = other.completion(key)
            if completion is not None:
                record = answer_record("shared", key, completion, run=other.name)
                self._answers.add(key, self.log.append(record))
                self.shared += 1
                return completion
        return None

    def _replay(self, record: Record) -> None:
        call = read_call(record.payload)
        try:
            book(self.account, call)
        except ValueError as error:
            raise StorageError(
                f"{self.log.path}: the record at byte {record.offset} cannot be read ({error}); it "
                "may be of another version of fedbbpt: use that one"
            ) from error
        match call:
            case Intent():
                self._attempts[call.key] = call.attempt
                self.batches.intended(call.key)
            case Done() | Answered():
                self._answers.add(call.key, record.offset)
                self._attempts.pop(call.key, None)
                self.batches.over(call.key)
                if isinstance(call, Answered):
                    self.shared += call.shared
                    self._kept |= not call.shared
            case Carried():
                self._carried = True
            case Failed():
                self.batches.over(call.key)
            case Planned() | Created() | Ended():
                self.batches.hear(call)
            case Meaningless():
                self.skipped += 1
