"""The meaning of ``calls.log``: which calls were meant, answered or lost, by request key."""

import asyncio
from dataclasses import dataclass, field

import orjson

from fedbbpt.answers import Missing
from fedbbpt.canonical import canonical_json, digest
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.account import Account
from fedbbpt.endpoints.completion_json import completion_from, completion_payload
from fedbbpt.endpoints.ledger import Ledger
from fedbbpt.storage.framed_log import FramedLog


def request_key(identity: str, request: Request) -> str:
    """Return the key of a request: the digest of all that its reply depends on.

    Args:
        identity: what a reply depends on besides the request, see ``Profile.identity``.
        request: what is asked.
    """
    return digest({"identity": identity, "request": request.payload()})


@dataclass(slots=True, eq=False)
class Journal:
    """Every completion that was ever received, durable before anyone sees it.

    Laws: what a key answers never changes, the first completion stays; a record that cannot be read
    is counted in ``skipped`` and never served. ``lookup`` and ``tally`` of a reopened journal equal
    those of the journal that was closed or killed.

    Attributes:
        log: where the records are.
        account: running totals and promises, shared by all endpoints over this journal.
        flights: by key, the outcome that some batch is waiting for in this process; None comes when
            that batch gave up.
        skipped: records that are sound bytes but mean nothing here.
    """

    log: FramedLog
    account: Account = field(default_factory=Account, init=False)
    flights: "dict[str, asyncio.Future[Completion | Missing | None]]" = field(
        default_factory=dict, init=False
    )
    skipped: int = field(default=0, init=False)
    _answers: dict[str, bytes] = field(default_factory=dict, init=False)
    _attempts: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for _ in self.log.damaged:
            self.account.doubt()
        for payload in self.log.records():
            self._replay(payload)

    def lookup(self, key: str) -> Completion | None:
        """Return the completion of ``key``, or None when it was never received."""
        payload = self._answers.get(key)
        return None if payload is None else completion_from(orjson.loads(payload)["completion"])

    def intend(self, key: str, owner: str, worst: int = 0) -> None:
        """Record that ``owner`` is about to send the request of ``key``.

        Args:
            key: see ``request_key``.
            owner: on whose behalf.
            worst: most tokens that it may cost.

        Raises:
            StorageError: the log cannot be written; do not send.
        """
        attempt = self._attempts.get(key, 0) + 1
        record = {"t": "intent", "key": key, "attempt": attempt, "client": owner, "worst": worst}
        self.log.append(canonical_json(record))
        self._attempts[key] = attempt
        self.account.intend(key, worst)

    def complete(self, key: str, completion: Completion) -> Completion:
        """Record a completion and return the one that ``key`` answers from now on.

        Raises:
            ValueError: JSON cannot carry the completion; nothing was recorded.
            StorageError: the log cannot be written.
        """
        earlier = self.lookup(key)
        record = {"t": "done", "key": key, "completion": completion_payload(completion)}
        payload = canonical_json(record)
        self.log.append(payload)
        self._settle(key, payload, completion)
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
        record = {"t": "fail", "key": key, "reason": reason, "billed": billed}
        self.log.append(canonical_json(record))
        self.account.fail(key, billed=billed)

    def tally(self) -> Ledger:
        """Return what the calls so far cost."""
        return self.account.ledger

    def _settle(self, key: str, payload: bytes, completion: Completion) -> None:
        self._answers.setdefault(key, payload)
        self._attempts.pop(key, None)
        self.account.complete(key, completion.usage)

    def _replay(self, payload: bytes) -> None:
        try:
            record = orjson.loads(payload)
        except orjson.JSONDecodeError:
            record = None
        match record:
            case {"t": "intent", "key": str(key), "attempt": int(attempt), "worst": int(worst)}:
                self._attempts[key] = attempt
                self.account.intend(key, worst)
            case {"t": "done", "key": str(key), "completion": completion}:
                self._replay_done(key, payload, completion)
            case {"t": "fail", "key": str(key), "billed": bool(billed)}:
                self.account.fail(key, billed=billed)
            case _:
                self.skipped += 1
                self.account.doubt()

    def _replay_done(self, key: str, payload: bytes, completion: object) -> None:
        try:
            self._settle(key, payload, completion_from(completion))
        except ValueError:
            # The intent stays open, so the call still counts as possibly billed.
            self.skipped += 1
