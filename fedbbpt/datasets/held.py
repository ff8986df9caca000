"""Examples that a program holds in memory, under the rules of a file."""

from collections.abc import Iterable, Mapping

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.plain import plain_value
from fedbbpt.datasets.reading import examples_of
from fedbbpt.datasets.rows import Origin, Row, Rows
from fedbbpt.errors import DataError

Entry = Example | Mapping[str, object]
"""An example, or its parts by name as in a file; ``targets`` may hold the reference as well."""


def held_examples(
    owner: str, entries: Iterable[Entry], columns: Columns, labels: tuple[str, ...]
) -> tuple[Example, ...]:
    """Return an owner's entries as examples in their order.

    They are checked as those of a file are, and entry n without an id is called "<owner>-n".

    Args:
        owner: its name, for errors and ids.
        entries: of the owner.
        columns: how mappings call the parts.
        labels: the closed label set; empty for free answers.

    Raises:
        DataError: no entry; one that is no example; a value or a label is not what it should be; or
            an id stands twice.
    """
    origin = Origin(f"data[{owner!r}]", owner, "entry")
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise DataError(
            f"{origin.name}: not a list of examples but a {type(entries).__name__}; for a file, "
            "name it in the owner's table"
        )
    rows = (
        Row(number, _values(origin, number, entry, columns))
        for number, entry in enumerate(entries, start=1)
    )
    return examples_of(Rows(origin, "examples in memory", tuple(rows)), columns, labels)


def _values(origin: Origin, number: int, entry: Entry, columns: Columns) -> dict[str, object]:
    match entry:
        case Example():
            return {
                columns.id: entry.id,
                columns.input: entry.input,
                columns.target: entry.targets[0],
                columns.targets: list(entry.targets[1:]),
                columns.domain: entry.domain,
            }
        case Mapping():
            values = {str(name): plain_value(value) for name, value in entry.items()}
            return _with_reference(values, columns)
        case _:
            raise origin.refusal(
                number,
                f"not an example but a {type(entry).__name__}; give fedbbpt.Example(...) or "
                '{"input": ..., "target": ...}; of a data frame, frame.to_dict("records")',
            )


def _with_reference(values: dict[str, object], columns: Columns) -> dict[str, object]:
    """Take the first of the accepted answers as the reference where none is named."""
    match values.get(columns.targets):
        case [first, *further] if columns.target not in values:
            return {**values, columns.target: first, columns.targets: further}
        case _:
            return values
