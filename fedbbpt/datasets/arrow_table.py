"""Records out of an Arrow table, whichever library has read it."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from fedbbpt.datasets.plain import plain_value
from fedbbpt.datasets.rows import Origin, Row, Rows
from fedbbpt.errors import DataError

_MOMENTS = ("timestamp", "date", "time")
_NARROW = {"float": np.float32, "halffloat": np.float16}


class ArrowColumn(Protocol):
    """The part of a column that is used here; ``type`` is known by how it is written."""

    @property
    def type(self) -> object:
        """The type of its values."""

    def cast(self, target_type: str) -> "ArrowColumn":
        """Return the column with values of another type."""

    def to_pylist(self) -> list[object]:
        """Return the values."""


class ArrowTable(Protocol):
    """The part of a table that is used here."""

    @property
    def column_names(self) -> list[str]:
        """The names in their order."""

    def column(self, i: int, /) -> ArrowColumn:
        """Return a column by its place."""


def table_rows(
    table: ArrowTable, features: Mapping[str, object], origin: Origin, kind: str
) -> Rows:
    """Return the records of a table; numbers of a class become its name.

    Args:
        table: as its library gives it.
        features: what the ``datasets`` library notes about columns, by column; may be empty.
        origin: for errors and ids.
        kind: for people.

    Raises:
        DataError: a column stands twice.
    """
    names = table.column_names
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{origin.name}: the column {name!r} stands twice; rename one")
    columns = [
        _values(table.column(place), _class_names(features.get(name)))
        for place, name in enumerate(names)
    ]
    rows = (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
    return Rows(origin, kind, tuple(Row(n, values) for n, values in enumerate(rows, start=1)))


def _values(column: ArrowColumn, classes: tuple[str, ...]) -> list[object]:
    written = str(column.type)
    if written.startswith(_MOMENTS):
        column = column.cast("string")  # Python's own moments are coarser, and cannot hold all
    if written.startswith("duration"):
        column = column.cast("int64")
    values = column.to_pylist()
    if classes:
        return [_class_name(value, classes) for value in values]
    if narrow := _NARROW.get(written):
        # As doubles they would show digits that nobody wrote: 0.1 is 0.10000000149011612.
        values = [narrow(value) if isinstance(value, float) else value for value in values]
    return [plain_value(value) for value in values]


def _class_names(feature: object) -> tuple[str, ...]:
    match feature:
        case {"_type": "ClassLabel", "names": [*names]}:
            return tuple(map(str, names))
        case {"feature": inner} | [inner]:  # a list of classes
            return _class_names(inner)
        case _:
            return ()


def _class_name(value: object, classes: tuple[str, ...]) -> object:
    match value:
        case int() if 0 <= value < len(classes):
            return classes[value]
        case int():  # -1 stands for "not labelled"
            return None
        case list():
            return [_class_name(item, classes) for item in value]
        case _:
            return plain_value(value)
