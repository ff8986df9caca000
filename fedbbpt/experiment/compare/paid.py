"""What a comparison cost in truth, which may differ between two with the same figures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from fedbbpt.canonical import canonical_json
from fedbbpt.endpoints.records.journal import Journal

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Paid:
    """Calls that were paid for, all processes together, and time.

    Attributes:
        calls: completions that were paid for.
        possibly_billed: attempts whose outcome is unknown.
        failed: attempts that failed.
        prompt_tokens: read by the model.
        completion_tokens: written by it.
        nanodollars: settled, at the prices of their time.
        shared: completions taken over from other runs, for nothing.
        openings: runs and comparisons beside this one that opened this sealed test, itself
            included.
        cell_seconds: by cell, of the process that finished it.
        seconds: of this process.
    """

    calls: int
    possibly_billed: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    nanodollars: int
    shared: int
    openings: int
    cell_seconds: Mapping[str, float]
    seconds: float

    @classmethod
    def of(
        cls, journal: Journal, cells: Mapping[str, float], openings: int, seconds: float
    ) -> Self:
        """Return what a journal holds, with the times of cells and process."""
        ledger = journal.tally()
        return cls(
            calls=ledger.calls,
            possibly_billed=ledger.possibly_billed,
            failed=ledger.failed,
            prompt_tokens=ledger.prompt_tokens,
            completion_tokens=ledger.completion_tokens,
            nanodollars=ledger.nanodollars,
            shared=journal.shared,
            openings=openings,
            cell_seconds={name: round(took, 3) for name, took in cells.items()},
            seconds=round(seconds, 3),
        )

    def encode(self) -> bytes:
        """Return the canonical bytes of ``stats.json``."""
        return canonical_json({"schema": SCHEMA, **asdict(self)})
