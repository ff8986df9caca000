"""Data opened for guessing: kind, rows and columns, or a refusal that says what to do."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.csv_file import DELIMITERS, SPOKEN, csv_rows
from fedbbpt.datasets.opening import TABLES, open_rows
from fedbbpt.datasets.rows import Origin, Row, Rows
from fedbbpt.datasets.source import Source, source_of
from fedbbpt.datasets.text_file import read_text
from fedbbpt.errors import DataError
from fedbbpt.guessing.column import Column, columns_of
from fedbbpt.guessing.header import not_a_header


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows and columns.

    Attributes:
        source: of the records.
        origin: for errors.
        kind: for people, for example "CSV, separated by semicolon, with a header line".
        rows: at least one.
        columns: in the order of the file.
    """

    source: Source
    origin: Origin
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
    """Read a file or a data set.

    Args:
        name: path of a file, or ``hf:`` with the folder or the name of a data set.

    Raises:
        DataError: another kind of file, no file, malformed, empty, or without a header.
    """
    source = source_of(name)
    if source.kind != "hub" and not str(Path(source.place).resolve()).isprintable():
        raise DataError(f"{name}: the path holds a character that cannot be shown; rename it")
    found = _csv(source) if source.suffix in TABLES else open_rows(source, Columns())
    if not found.rows:
        raise DataError(f"{found.origin.name}: no example in it; it needs rows")
    columns = columns_of(found.rows)
    if source.suffix in TABLES and (problem := not_a_header(columns, found.rows)):
        raise found.origin.refusal(1, problem)
    if len(columns) < 2:
        raise DataError(f"{name}: one field only; a text and its right answer take two")
    return Table(source, found.origin, found.kind, found.rows, columns)


def _csv(source: Source) -> Rows:
    path = Path(source.place)
    origin = Origin(str(path), source.stem)
    text = read_text(path)
    if text.lstrip("\ufeff")[:4].lower() == "sep=":
        raise origin.refusal(1, "'sep=' is a mark for Excel and no header; delete this line")
    separator, names = _first_record(text)
    if len(names) == 1:
        raise origin.refusal(
            1,
            "one column only; a text and its right answer take two, separated by "
            f"{', '.join(SPOKEN.values())}",
        )
    rows = csv_rows(path, text, Columns())
    if not rows:
        raise DataError(f"{path}: no row below the first line; it needs a header and rows")
    return Rows(origin, f"CSV, separated by {SPOKEN[separator]}, with a header line", rows)


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
