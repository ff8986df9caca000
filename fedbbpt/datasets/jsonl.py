"""JSON Lines: one object a line."""

import json
from pathlib import Path

from fedbbpt.datasets.rows import Number, Row, refusal


class _NotJsonError(ValueError):
    """A value that Python's parser takes and JSON does not have."""


def jsonl_rows(path: Path, text: str) -> tuple[Row, ...]:
    """Return the records of a file; blank lines are passed over.

    Raises:
        DataError: a line is not a JSON object, or names a field twice.
    """
    # Only "\n" ends a line: str.splitlines would also cut at U+2028 inside a text.
    return tuple(
        Row(line=number, values=_object(path, number, line))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    )


def _object(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        value = json.loads(
            line,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_distinct,
        )
    except json.JSONDecodeError as error:
        raise refusal(
            path, number, f"not JSON at column {error.colno} ({error.msg}); one object a line"
        ) from error
    except _NotJsonError as error:
        raise refusal(path, number, str(error)) from error
    except RecursionError as error:
        raise refusal(path, number, "nested too deep; an example is a flat object") from error
    if not isinstance(value, dict):
        raise refusal(
            path, number, f'not an object but {_kind(value)}; write {{"input": ..., "target": ...}}'
        )
    return value


def _refuse_constant(name: str) -> object:
    raise _NotJsonError(f"{name} is no value; write the answer as text or leave the line out")


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise _NotJsonError(f"the field {name!r} stands twice; keep one")
        fields[name] = value
    return fields


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", Number: "a number", bool: "a truth value"}
    return names.get(type(value), "null")
