"""One record of a data file, before it is judged as an example."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.errors import DataError


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number as it stands in the file: "0.10" stays "0.10", integers keep all digits."""

    literal: str


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one record by column.

    Attributes:
        line: where the record begins in the file, from 1.
        values: texts, ``Number``, ``None``, truth values, lists and objects, still unchecked.
    """

    line: int
    values: Mapping[str, object]


def refusal(path: Path, line: int, problem: str) -> DataError:
    """Return the error for one line; its text never quotes an input."""
    return DataError(f"{path}, line {line}: {problem}")
