"""A file opened for guessing: kind, rows and columns, or a refusal that says what to do."""

import csv
import io
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
    if not str(path.resolve()).isprintable():
        raise DataError(f"{path}: the path holds a character that cannot be shown; rename it")
    table = _jsonl(path) if suffix == ".jsonl" else _csv(path)
    if len(table.columns) < 2:
        raise DataError(f"{path}: one field only; a text and its right answer take two")
    return table


def _jsonl(path: Path) -> Table:
    rows = jsonl_rows(path, read_text(path))
    return Table(path, "JSONL, one object a line", rows, columns_of(rows))


def _csv(path: Path) -> Table:
    text = read_text(path)
    if text.lstrip("\ufeff")[:4].lower() == "sep=":
        raise refusal(path, 1, "'sep=' is a mark for Excel and no header; delete this line")
    separator, names = _first_record(text)
    if len(names) == 1:
        raise refusal(
            path,
            1,
            "one column only; a text and its right answer take two, separated by "
            f"{', '.join(SPOKEN.values())}",
        )
    rows = csv_rows(path, text, Columns())
    if not rows:
        raise DataError(f"{path}: no row below the first line; it needs a header and rows")
    columns = columns_of(rows)
    if problem := not_a_header(columns, rows):
        raise refusal(path, 1, problem)
    kind = f"CSV, separated by {SPOKEN[separator]}, with a header line"
    return Table(path, kind, rows, columns)


def _first_record(text: str) -> tuple[str, list[str]]:
    """Return the first record as the separator cuts it that gives most cells, and the separator.

    A run reads the file by the same rule, once it is told the columns' names.
    """
    records = {delimiter: _cut(text, delimiter) for delimiter in DELIMITERS}
    return max(records.items(), key=lambda one: len(one[1]))


def _cut(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return next((cells for cells in reader if cells), [])
    except csv.Error:  # said with its line when the whole file is read
        return []
