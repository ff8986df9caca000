"""A data file read as examples, or refused with file, line and remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.closest import did_you_mean
from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.csv_file import csv_rows
from fedbbpt.datasets.jsonl import jsonl_rows
from fedbbpt.datasets.rows import Number, Row, refusal
from fedbbpt.datasets.text_file import read_text
from fedbbpt.errors import DataError

SHOWN = 60
"""Longest piece of an answer that an error message repeats."""


def read_examples(path: Path, columns: Columns, labels: tuple[str, ...]) -> tuple[Example, ...]:
    """Return the examples of a ``.jsonl`` or ``.csv`` file in the order of the file.

    Inputs are kept to the letter; answers, ids and domains lose outer white space. JSON numbers are
    taken as the text that stands in the file.

    Args:
        path: the file.
        columns: which column holds which part.
        labels: the closed label set; empty for free answers.

    Raises:
        DataError: the file is missing, empty, not UTF-8 or malformed; a column, a value or a label
            is not what it should be; or an id stands twice.
    """
    rows = _rows(path, columns)
    if not rows:
        raise DataError(f"{path}: no example in the file; it needs at least one")
    _check_renamed(path, rows, columns)
    parser = _Parser(path, columns, labels)
    lines: dict[str, int] = {}
    examples: list[Example] = []
    for row in rows:
        example = parser.example(row)
        if example.id in lines:
            raise refusal(
                path,
                row.line,
                f"the id {example.id!r} stands already on line {lines[example.id]}; ids are unique",
            )
        lines[example.id] = row.line
        examples.append(example)
    return tuple(examples)


def _rows(path: Path, columns: Columns) -> tuple[Row, ...]:
    match path.suffix.lower():
        case ".jsonl":
            return jsonl_rows(path, read_text(path))
        case ".csv":
            return csv_rows(path, read_text(path), columns)
        case suffix:
            raise DataError(f"{path}: the suffix {suffix!r} is unknown; give a .jsonl or .csv file")


def _check_renamed(path: Path, rows: Sequence[Row], columns: Columns) -> None:
    present = sorted({name for row in rows for name in row.values})
    for name in columns.renamed():
        if name not in present:
            raise DataError(f"{path}: {_no_column(name, present)}")


def _no_column(name: str, present: Sequence[str]) -> str:
    known = ", ".join(repr(column) for column in present) or "none"
    return f"no column {name!r}{did_you_mean(name, present)} (present: {known})"


@dataclass(frozen=True, slots=True)
class _Parser:
    """Judges the rows of one file."""

    path: Path
    columns: Columns
    labels: tuple[str, ...]

    def example(self, row: Row) -> Example:
        targets = (self._target(row), *self._further(row))
        for target in targets:
            self._check_label(row, target)
        return Example(
            id=self._optional(row, self.columns.id) or f"{self.path.stem}-{row.line}",
            input=self._input(row),
            targets=tuple(dict.fromkeys(targets)),
            domain=self._optional(row, self.columns.domain),
        )

    def _input(self, row: Row) -> str:
        name = self.columns.input
        value = self._required(row, name)
        if not isinstance(value, str):
            raise refusal(self.path, row.line, f"{name!r} is no text; put it in double quotes")
        if not value.strip():
            raise refusal(self.path, row.line, f"{name!r} is empty; fill it or remove the line")
        return self._sound(row, name, value)

    def _target(self, row: Row) -> str:
        name = self.columns.target
        return self._answer(row, name, self._required(row, name))

    def _further(self, row: Row) -> tuple[str, ...]:
        name = self.columns.targets
        values = row.values.get(name)
        if values is None:
            return ()
        if not isinstance(values, list):
            raise refusal(self.path, row.line, f"{name!r} is no list; write it as [...]")
        return tuple(self._answer(row, name, value) for value in values)

    def _optional(self, row: Row, name: str) -> str:
        value = row.values.get(name)
        if value is None or value == "":
            return ""
        return self._words(row, name, value)

    def _answer(self, row: Row, name: str, value: object) -> str:
        answer = self._words(row, name, value)
        if not answer:
            raise refusal(self.path, row.line, f"{name!r} is empty; fill it or remove the line")
        return answer

    def _required(self, row: Row, name: str) -> object:
        if name not in row.values:
            raise refusal(self.path, row.line, _no_column(name, sorted(row.values)))
        return row.values[name]

    def _words(self, row: Row, name: str, value: object) -> str:
        match value:
            case Number(literal):
                return literal
            case str():
                return self._sound(row, name, value).strip()
            case _:
                raise refusal(
                    self.path, row.line, f"{name!r} is neither text nor number; write it as text"
                )

    def _sound(self, row: Row, name: str, text: str) -> str:
        # JSON escapes can spell what a UTF-8 file cannot hold, and what no endpoint would take.
        if "\0" in text:
            raise refusal(self.path, row.line, f"{name!r} holds a NUL character; remove it")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise refusal(self.path, row.line, f"{name!r} holds half a surrogate pair; remove it")
        return text

    def _check_label(self, row: Row, target: str) -> None:
        if self.labels and target not in self.labels:
            known = ", ".join(repr(label) for label in self.labels)
            raise refusal(
                self.path,
                row.line,
                f"{target[:SHOWN]!r} is no label{did_you_mean(target, self.labels)} "
                f"(labels: {known})",
            )
