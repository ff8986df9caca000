"""The records of ``calls.log``: their bytes, what they mean, and what they add to the account.

Kinds, by their key ``t``: ``intent`` before a send; ``done`` or ``fail`` after it; ``shared`` for a
completion taken over from another run; ``kept`` for one that a compaction left of a settled call;
and those of ``carried`` and of batches.
"""

from collections.abc import Callable
from typing import NamedTuple

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.batches.records import BATCH_READERS, BatchRecord
from fedbbpt.endpoints.records.carried import CARRIED_READERS, Carried
from fedbbpt.endpoints.records.completion_json import unwritten_payload, usage_from
from fedbbpt.endpoints.spending.account import Account
from fedbbpt.endpoints.spending.book import SECONDS_A_DAY, Attempt
from fedbbpt.endpoints.spending.ledger import Worst
from fedbbpt.storage.frames import HEAD

LEAST_INTENT = HEAD + len(b'{"attempt":1,"client":"","key":"","t":"intent","worst":0}')
"""Bytes of the shortest record of an attempt."""

ANSWER_ENDS = (b'"t":"done"}', b'"t":"kept"}', b'"t":"shared"}')
"""How records that hold a completion end: in canonical JSON their last key is ``t``."""


class Intent(NamedTuple):
    """An attempt that was about to be made.

    Attributes:
        key: of the request.
        attempt: number of the attempt at it, from 1.
        owner: on whose behalf.
        worst: what it may cost.
        at: when, in seconds since 1970; no result depends on it.
    """

    key: str
    attempt: int
    owner: str
    worst: Worst
    at: int


class Done(NamedTuple):
    """A completion that was received, and its cost in nano-dollars, None where nobody knows it."""

    key: str
    usage: Usage
    cost: int | None


class Failed(NamedTuple):
    """An attempt that ended without a completion.

    Attributes:
        key: of the request.
        billed: whether it may have been billed.
        attempt: what it was, where it may have been billed, so that no damage to its intent can
            hide it; None in journals of earlier versions.
    """

    key: str
    billed: bool
    attempt: Attempt | None = None


class Answered(NamedTuple):
    """A completion that costs nothing here: kept by a compaction, or taken over."""

    key: str
    shared: bool


class Meaningless(NamedTuple):
    """Sound bytes that mean nothing here.

    Attributes:
        doubtful: True where they may have been an intent. Of a completion that cannot be read the
            intent is open anyway.
    """

    doubtful: bool


Call = Intent | Done | Failed | Answered | Carried | BatchRecord | Meaningless


def intent_record(intent: Intent) -> bytes:
    """Return an intent as it is journalled."""
    key, attempt, owner, (tokens, money), at = intent
    # Canonical JSON, written out: there is one for every attempt, and only two of its values are
    # texts. Its test compares it with what ``canonical_json`` makes of the same values.
    known = b"" if money is None else b'"nanodollars":%d,' % money
    return b'{"at":%d,"attempt":%d,"client":%b,"key":%b,%b"t":"intent","worst":%d}' % (
        at,
        attempt,
        canonical_json(owner),
        canonical_json(key),
        known,
        tokens,
    )


def done_record(key: str, completion: Completion, cost: int | None) -> bytes:
    """Return a completion as it is journalled when it comes in.

    Raises:
        ValueError: JSON cannot carry it.
    """
    known = {} if cost is None else {"cost": cost}
    return answer_record("done", key, completion, **known)


def answer_record(kind: str, key: str, completion: Completion, **more: object) -> bytes:
    """Return a completion as it is journalled.

    Raises:
        ValueError: JSON cannot carry it.
    """
    payload = unwritten_payload(completion)
    try:
        return canonical_json({"t": kind, "key": key, "completion": payload, **more})
    except TypeError as error:
        raise ValueError(f"completion: JSON cannot carry it ({error})") from error


def fail_record(failed: Failed, reason: str) -> bytes:
    """Return a failure as it is journalled."""
    key, billed, attempt = failed
    record: dict[str, object] = {"t": "fail", "key": key, "reason": reason, "billed": billed}
    if attempt is not None:
        owner, (tokens, money), day = attempt
        record |= {"client": owner, "worst": tokens, "at": day * SECONDS_A_DAY}
        record |= {} if money is None else {"nanodollars": money}
    return canonical_json(record)


def read_call(payload: bytes) -> Call:
    """Return what a record means."""
    try:
        record = orjson.loads(payload)
        return _READERS[record["t"]](record)
    except (ValueError, KeyError, TypeError):
        # Whatever else a record may be, it is none of these; that it is counted is the law.
        return Meaningless(doubtful=not payload.endswith(ANSWER_ENDS))


def book(account: Account, call: Call) -> None:
    """Add what a call means to the account."""
    match call:
        case Intent():
            account.intend(call.key, call.worst, call.owner, call.at // SECONDS_A_DAY)
        case Done():
            account.complete(call.key, call.usage, call.cost)
        case Failed():
            account.fail(call.key, billed=call.billed, attempt=call.attempt)
        case Carried():
            account.carry(call.totals, call.pair)
            if call.lost:
                account.lose()
        case Meaningless(doubtful=True):
            account.doubt()
        case _:
            pass


def _intent(record: dict[str, object]) -> Intent:
    attempt = record["attempt"]
    if type(attempt) is not int:
        raise ValueError("no intent")
    owner, worst = _owner(record), _worst(record)
    return Intent(_key(record), attempt, owner, worst, _amount(record, "at") or 0)


def _done(record: dict[str, object]) -> Done:
    return Done(_key(record), usage_from(record["completion"]), _amount(record, "cost"))


def _failed(record: dict[str, object]) -> Failed:
    billed = record["billed"]
    if not isinstance(billed, bool):
        raise ValueError("billed: no bool")
    if not billed or "worst" not in record:
        return Failed(_key(record), billed)
    day = (_amount(record, "at") or 0) // SECONDS_A_DAY
    return Failed(_key(record), billed, Attempt(_owner(record), _worst(record), day))


def _answered(record: dict[str, object]) -> Answered:
    usage_from(record["completion"])
    return Answered(_key(record), record["t"] == "shared")


def _owner(record: dict[str, object]) -> str:
    owner = record["client"]
    if not isinstance(owner, str):
        raise ValueError("client: no text")
    return owner


def _worst(record: dict[str, object]) -> Worst:
    tokens = record["worst"]
    if type(tokens) is not int:
        raise ValueError("worst: no number")
    return Worst(tokens, _amount(record, "nanodollars"))


def _amount(record: dict[str, object], name: str) -> int | None:
    """Return a number that records from before it was kept do not have."""
    amount = record.get(name)
    if amount is not None and (type(amount) is not int or amount < 0):
        raise ValueError(f"{name}: no amount")
    return amount


def _key(record: dict[str, object]) -> str:
    key = record["key"]
    if not isinstance(key, str):
        raise ValueError("key: no text")
    return key


_READERS: dict[str, Callable[[dict[str, object]], Call]] = {
    "intent": _intent,
    "done": _done,
    "fail": _failed,
    "kept": _answered,
    "shared": _answered,
    **BATCH_READERS,
    **CARRIED_READERS,
}
