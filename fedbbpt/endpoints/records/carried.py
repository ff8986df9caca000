"""The record of totals that a compaction leaves of the calls whose records it dropped.

It stands twice in the journal, as its first record and after the last one that was kept: the whole
past must not hang on one record.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fedbbpt.canonical import canonical_json, digest
from fedbbpt.storage.damage import Damage


class Carried(NamedTuple):
    """Totals of the calls that a compaction dropped, as ``Account.carried`` gave them.

    Attributes:
        totals: by owner.
        pair: name of the two copies; empty in journals of earlier versions, which have one.
        lost: True where totals from before were lost.
    """

    totals: Mapping[str, object]
    pair: str = ""
    lost: bool = False


def carried_record(totals: Mapping[str, object], *, lost: bool = False) -> bytes:
    """Return totals as they are journalled; their digest is the name of their two copies."""
    more = {"lost": True} if lost else {}
    return canonical_json({"t": "carried", "totals": totals, "pair": digest(totals), **more})


def totals_missing(damage: Damage, records: int, *, kept: bool) -> bool:
    """Tell whether a journal in which no totals can be read may have had some.

    Args:
        damage: of the journal.
        records: that the damage hides at most.
        kept: whether it holds completions that a compaction kept; it left their totals too.
    """
    return kept or (records > 1 and 0 in damage.numbers)


def _carried(record: Mapping[str, object]) -> Carried:
    totals, pair = record["totals"], record.get("pair", "")
    if not isinstance(totals, dict) or not isinstance(pair, str):
        raise ValueError("totals: no table, or without a name")
    return Carried(totals, pair, record.get("lost") is True)


CARRIED_READERS: Mapping[str, Callable[[Mapping[str, object]], Carried]] = {"carried": _carried}
"""By kind, what reads a record that was decoded; they raise KeyError and ValueError."""
