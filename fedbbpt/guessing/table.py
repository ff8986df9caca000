"""A file opened for guessing: its kind, its rows, its columns; or a refusal that says what to do."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.csv_file import DELIMITERS, SPOKEN, csv_rows
from fedbbpt.datasets.jsonl import jsonl_rows
from fedbbpt.datasets.rows import Row, refusal
from fedbbpt.datasets.text_file import read_text
from fedbbpt.errors import DataError
from fedbbpt.guessing.column import Column, columns_of
from fedbbpt.guessing.header import not_a_header

_SAVE = "save it as CSV in UTF-8"
_REMEDIES = {
    ".parquet": "convert it to CSV or JSONL, for example with pandas: "
    'read_parquet(...).to_csv("data.csv", index=False)',
    ".json": 'write one object a line into a .jsonl file, for example with jq -c ".[]"',
    ".tsv": "rename it to .csv; tabs between the cells are read",
    ".xls": _SAVE,
    ".xlsx": _SAVE,
    ".ods": _SAVE,
    ".gz": "unpack it first",
    ".zip": "unpack it first",
}
_HUB = "hf:"


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows and columns.

    Attributes:
        path: of the file.
        kind: for people, for example "CSV, separated by semicolon, with a header line".
        rows: at least one.
        columns: in the order of the file.
    """

    path: Path
    kind: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return a column by its name.

        Raises:
            KeyError: there is none.
        """
        return {column.name: column for column in self.columns}[name]


def read_table(name: str) -> Table:
    """Read a ``.csv`` or ``.jsonl`` file.

    Raises:
        DataError: another kind of file, no file, not UTF-8, malformed, empty, or without a header.
    """
    if name.startswith(_HUB):
        raise DataError(
            f"{name}: data sets of a hub are not read by this version; load it with the hub's own "
            'library and write it to a file: to_csv("data.csv", index=False)'
        )
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".jsonl"}:
        remedy = _REMEDIES.get(suffix, "convert it to CSV or JSONL and give a .csv or .jsonl file")
        raise DataError(f"{path}: the kind {suffix or '(none)'!r} is not read; {remedy}")
    if not path.exists():
        raise DataError(f"{path}: no such file; check the path")
    table = _jsonl(path) if suffix == ".jsonl" else _csv(path)
    if len(table.columns) < 2:
        only = ", ".join(repr(column.name) for column in table.columns)
        raise DataError(
            f"{path}: one column only ({only}); a text and its right answer take two, separated "
            f"by {', '.join(SPOKEN.values())}"
        )
    return table


def _jsonl(path: Path) -> Table:
    rows = jsonl_rows(path, read_text(path))
    return Table(path, "JSONL, one object a line", rows, columns_of(rows))


def _csv(path: Path) -> Table:
    text = read_text(path)
    if text.lstrip("\ufeff")[:4].lower() == "sep=":
        raise refusal(path, 1, "'sep=' is a mark for Excel and no header; delete this line")
    rows = csv_rows(path, text, Columns())
    if not rows:
        raise DataError(f"{path}: no row below the first line; it needs a header and rows")
    columns = columns_of(rows)
    if problem := not_a_header(columns, rows):
        raise refusal(path, 1, problem)
    separator = SPOKEN[_separator(text, [column.name for column in columns])]
    return Table(path, f"CSV, separated by {separator}, with a header line", rows, columns)


def _separator(text: str, names: Sequence[str]) -> str:
    """Return the separator under which the first record gives these names."""
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        first = next((cells for cells in reader if cells), [])
        if [cell.strip() for cell in first] == list(names):
            return delimiter
    return DELIMITERS[0]
