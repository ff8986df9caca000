"""Small data files for the tests of guessing."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

CUES = {"urgent": "is on fire", "routine": "needs a new bulb"}


def tickets(count: int = 120, places: Sequence[str] = ()) -> list[list[str]]:
    """Return a header and rows of text and label, and of a place if there are any."""
    table = [["text", "label", *(["region"] if places else [])]]
    for number in range(count):
        label = ("urgent", "routine")[number % 2]
        place = [places[number // 2 % len(places)]] if places else []
        table.append([f"lamp {number}, floor {number % 7}, {CUES[label]}", label, *place])
    return table


def as_csv(table: Iterable[Sequence[str]], separator: str = ",", end: str = "\n") -> str:
    """Return rows as CSV, quoted where needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(table)
    return out.getvalue()


def write_table(path: Path, table: Iterable[Sequence[str]]) -> Path:
    """Write rows as a CSV file and return its path."""
    path.write_text(as_csv(table), encoding="utf-8", newline="")
    return path
