"""CSV with a header line; the cells are separated by comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.rows import Row, refusal
from fedbbpt.errors import DataError

DELIMITERS = (",", ";", "\t")
SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab"}


def csv_rows(path: Path, text: str, columns: Columns) -> tuple[Row, ...]:
    """Return the records of a file; blank lines are passed over.

    Raises:
        DataError: a line breaks the rules of CSV, has another number of cells than the header, or
            the header names a column twice.
    """
    delimiter = _delimiter(text, columns)
    records = _records(path, text, delimiter)
    header_line, raw_header = next(records, (1, []))
    header = [name.strip() for name in raw_header]
    for name in header:
        if header.count(name) > 1:
            raise refusal(path, header_line, f"the column {name!r} stands twice; rename one")
    rows: list[Row] = []
    for line, cells in records:
        if len(cells) != len(header):
            raise refusal(
                path,
                line,
                f"{len(cells)} cells, the header has {len(header)} (separated by "
                f"{SPOKEN[delimiter]}); quote a text that holds the separator",
            )
        rows.append(Row(line, _values(header, cells, columns)))
    return tuple(rows)


def _values(header: Sequence[str], cells: Sequence[str], columns: Columns) -> dict[str, object]:
    values: dict[str, object] = dict(zip(header, cells, strict=True))
    further = values.get(columns.targets)
    if isinstance(further, str):
        values[columns.targets] = further.split("|") if further.strip() else []
    return values


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = 1
    try:
        for cells in reader:
            if cells:
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise refusal(
            path,
            begin,
            f"not CSV ({error}); check the double quotes of the record that begins here",
        ) from error


def _delimiter(text: str, columns: Columns) -> str:
    """Return the delimiter under which the header names most of our columns, then most cells."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            _, header = next(_records(Path(), text, delimiter), (1, []))
        except DataError:
            return (0, 0)
        ours = set(columns.by_part().values())
        return (sum(name.strip() in ours for name in header), len(header))

    return max(DELIMITERS, key=merit)
