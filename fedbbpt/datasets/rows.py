"""One record of a data set, before it is judged as an example."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.errors import DataError


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in the file: "0.10" stays "0.10", integers keep all digits."""

    literal: str


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one record by column.

    Attributes:
        number: which record it is, from 1, in the unit of its origin; a line is the one where the
            record begins.
        values: texts, ``Number``, ``None``, truth values, lists and objects, still unchecked.
    """

    number: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from, in the words of an error.

    Attributes:
        name: of the file or data set, or the argument that holds the examples.
        stem: begins the id of a record that has none of its own.
        unit: what a record's number counts: "line", "row" or "entry".
    """

    name: str
    stem: str
    unit: str = "line"

    def refusal(self, number: int, problem: str) -> DataError:
        """Return the error for one record; its text never quotes an input."""
        return DataError(f"{self.name}, {self.unit} {number}: {problem}")


@dataclass(frozen=True, slots=True)
class Rows:
    """All records of one origin.

    Attributes:
        origin: for errors and ids.
        kind: for people, for example "JSONL, one object a line".
        rows: in their order; maybe none.
    """

    origin: Origin
    kind: str
    rows: tuple[Row, ...]


def refusal(path: Path, line: int, problem: str) -> DataError:
    """Return the error for one line of a text file; its text never quotes an input."""
    return Origin(str(path), path.stem).refusal(line, problem)
