"""JSON Lines: one object a line."""

import json
from pathlib import Path

from fedbbpt.datasets.rows import Number, Row, refusal
from fedbbpt.datasets.strict_json import NotJsonError, parsed_json


def jsonl_rows(path: Path, text: str) -> tuple[Row, ...]:
    """Return the records of a file; blank lines are passed over.

    Raises:
        DataError: a line is not a JSON object, or names a field twice.
    """
    # Only "\n" ends a line: str.splitlines would also cut at U+2028 inside a text.
    return tuple(
        Row(number, _object(path, number, line))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    )


def _object(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        value = parsed_json(line)
    except json.JSONDecodeError as error:
        raise refusal(
            path, number, f"not JSON at column {error.colno} ({error.msg}); one object a line"
        ) from error
    except NotJsonError as error:
        raise refusal(path, number, str(error)) from error
    if not isinstance(value, dict):
        raise refusal(
            path, number, f'not an object but {_kind(value)}; write {{"input": ..., "target": ...}}'
        )
    return value


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", Number: "a number", bool: "a truth value"}
    return names.get(type(value), "null")
