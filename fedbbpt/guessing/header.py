"""Whether the first line of a CSV file names the columns, or is a row like the others."""

from collections.abc import Sequence

from fedbbpt.datasets.rows import Row
from fedbbpt.guessing.column import Column, counted, is_number, known_name
from fedbbpt.guessing.known_names import ALL

LONGEST_NAME = 60


def not_a_header(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return why the first line is no header; empty if it may be one.

    One usual name is proof enough. Without any, a number, a long text or a value that stands again
    below itself says that it is a row.
    """
    names = [column.name for column in columns]
    if any(known_name(name, ALL) for name in names):
        return ""
    sign = next((_sign(name, rows) for name in names if _sign(name, rows)), "")
    if not sign:
        return ""
    return (
        f"this looks like a row and not like a header ({sign}); put a first line with the names of "
        "the columns, for example text and label"
    )


def _sign(name: str, rows: Sequence[Row]) -> str:
    if is_number(name):
        return "a cell is a number"
    if len(name) > LONGEST_NAME:
        return f"a cell has {len(name)} characters"
    # A value is not repeated here: it may be private, and a terminal is not.
    return "a cell stands again below itself" if name and name in counted(rows, name) else ""
