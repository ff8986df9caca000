"""The records of ``calls.log`` about batches: planned, known by an id, and over.

Kinds, by their key ``t``: ``batch`` before anything of it is sent, with the keys of its requests;
``batch_id`` when the endpoint has named it; ``batch_end`` when nothing of it is awaited any more.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fedbbpt.canonical import canonical_json


class Planned(NamedTuple):
    """A batch that was about to be sent.

    Attributes:
        name: ours, and nobody else's; the endpoint is told it.
        owner: on whose behalf.
        place: identity of the endpoint.
        keys: of its requests.
    """

    name: str
    owner: str
    place: str
    keys: tuple[str, ...]


class Created(NamedTuple):
    """The endpoint's id of a planned batch."""

    name: str
    id: str


class Ended(NamedTuple):
    """Nothing of a batch is awaited any more."""

    name: str


BatchRecord = Planned | Created | Ended


def batch_payload(record: BatchRecord) -> bytes:
    """Return a record as it is journalled."""
    match record:
        case Planned():
            name, owner, place, keys = record
            fields = {"name": name, "client": owner, "place": place, "keys": keys}
            return canonical_json({"t": "batch", **fields})
        case Created(name, batch_id):
            return canonical_json({"t": "batch_id", "name": name, "id": batch_id})
        case Ended(name):
            return canonical_json({"t": "batch_end", "name": name})


def _planned(record: Mapping[str, object]) -> Planned:
    keys = record["keys"]
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError("keys: no list of texts")
    name, owner, place = (_text(record, field) for field in ("name", "client", "place"))
    return Planned(name, owner, place, tuple(keys))


def _created(record: Mapping[str, object]) -> Created:
    return Created(_text(record, "name"), _text(record, "id"))


def _ended(record: Mapping[str, object]) -> Ended:
    return Ended(_text(record, "name"))


def _text(record: Mapping[str, object], field: str) -> str:
    value = record[field]
    if not isinstance(value, str):
        raise ValueError(f"{field}: no text")
    return value


BATCH_READERS: Mapping[str, Callable[[Mapping[str, object]], BatchRecord]] = {
    "batch": _planned,
    "batch_id": _created,
    "batch_end": _ended,
}
"""By kind, what reads a record that was decoded; they raise KeyError and ValueError."""
