"""A data set read as examples, or refused with its place, line and remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.closest import did_you_mean
from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.opening import open_rows
from fedbbpt.datasets.rows import Number, Origin, Row, Rows
from fedbbpt.datasets.source import Source, source_of
from fedbbpt.errors import DataError

SHOWN = 60
"""Longest piece of an answer that an error message repeats."""


def read_examples(
    source: Source | Path | str, columns: Columns, labels: tuple[str, ...]
) -> tuple[Example, ...]:
    """Return the examples of a file or a data set in their order.

    Inputs are kept to the letter; answers, ids and domains lose outer white space. Numbers are
    taken as the text that stands in the file.

    Args:
        source: a source, or what names one: a path, or ``hf:`` with a path or a name.
        columns: which column holds which part.
        labels: the closed label set; empty for free answers.

    Raises:
        DataError: the source is missing, empty or malformed; a column, a value or a label is not
            what it should be; or an id stands twice.
    """
    found = source if isinstance(source, Source) else source_of(str(source))
    return examples_of(open_rows(found, columns), columns, labels)


def examples_of(found: Rows, columns: Columns, labels: tuple[str, ...]) -> tuple[Example, ...]:
    """Return records as examples in their order.

    Args:
        found: the records.
        columns: which column holds which part.
        labels: the closed label set; empty for free answers.

    Raises:
        DataError: no record; a column, a value or a label is not what it should be; or an id stands
            twice.
    """
    origin = found.origin
    if not found.rows:
        raise DataError(f"{origin.name}: no example in it; it needs at least one")
    _check_renamed(found, columns)
    parser = _Parser(origin, columns, labels)
    numbers: dict[str, int] = {}
    examples: list[Example] = []
    for row in found.rows:
        example = parser.example(row)
        if example.id in numbers:
            raise origin.refusal(
                row.number,
                f"the id {example.id!r} stands already on {origin.unit} {numbers[example.id]}; "
                "ids are unique",
            )
        numbers[example.id] = row.number
        examples.append(example)
    return tuple(examples)


def _check_renamed(found: Rows, columns: Columns) -> None:
    present = sorted({name for row in found.rows for name in row.values})
    for name in columns.renamed():
        if name not in present:
            raise DataError(f"{found.origin.name}: {_no_column(name, present)}")


def _no_column(name: str, present: Sequence[str]) -> str:
    known = ", ".join(repr(column) for column in present) or "none"
    return f"no column {name!r}{did_you_mean(name, present)} (present: {known})"


@dataclass(frozen=True, slots=True)
class _Parser:
    """Judges the records of one origin."""

    origin: Origin
    columns: Columns
    labels: tuple[str, ...]

    def example(self, row: Row) -> Example:
        targets = (self._target(row), *self._further(row))
        for target in targets:
            self._check_label(row, target)
        return Example(
            id=self._optional(row, self.columns.id) or f"{self.origin.stem}-{row.number}",
            input=self._input(row),
            targets=tuple(dict.fromkeys(targets)),
            domain=self._optional(row, self.columns.domain),
        )

    def _input(self, row: Row) -> str:
        name = self.columns.input
        value = self._required(row, name)
        if not isinstance(value, str):
            raise self._refusal(row, f"{name!r} is no text; write it as text")
        if not value.strip():
            raise self._empty(row, name)
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
            raise self._refusal(row, f"{name!r} is no list; write it as [...]")
        return tuple(self._answer(row, name, value) for value in values)

    def _optional(self, row: Row, name: str) -> str:
        value = row.values.get(name)
        if value is None or value == "":
            return ""
        return self._words(row, name, value)

    def _answer(self, row: Row, name: str, value: object) -> str:
        answer = self._words(row, name, value)
        if not answer:
            raise self._empty(row, name)
        return answer

    def _required(self, row: Row, name: str) -> object:
        if name not in row.values:
            raise self._refusal(row, _no_column(name, sorted(row.values)))
        return row.values[name]

    def _words(self, row: Row, name: str, value: object) -> str:
        match value:
            case Number(literal):
                return literal
            case str():
                return self._sound(row, name, value).strip()
            case _:
                raise self._refusal(row, f"{name!r} is neither text nor number; write it as text")

    def _sound(self, row: Row, name: str, text: str) -> str:
        # JSON escapes can spell what a UTF-8 file cannot hold, and what no endpoint would take.
        if "\0" in text:
            raise self._refusal(row, f"{name!r} holds a NUL character; remove it")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self._refusal(row, f"{name!r} holds half a surrogate pair; remove it")
        return text

    def _check_label(self, row: Row, target: str) -> None:
        if self.labels and target not in self.labels:
            known = ", ".join(repr(label) for label in self.labels)
            raise self._refusal(
                row,
                f"{target[:SHOWN]!r} is no label{did_you_mean(target, self.labels)} "
                f"(labels: {known})",
            )

    def _empty(self, row: Row, name: str) -> DataError:
        return self._refusal(row, f"{name!r} is empty; fill it or remove the {self.origin.unit}")

    def _refusal(self, row: Row, problem: str) -> DataError:
        return self.origin.refusal(row.number, problem)
