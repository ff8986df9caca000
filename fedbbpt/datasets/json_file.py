"""A JSON file that holds one list of objects, or one object a line after all."""

import json
from pathlib import Path

from fedbbpt.datasets.jsonl import jsonl_rows
from fedbbpt.datasets.rows import Origin, Row, Rows
from fedbbpt.datasets.strict_json import NotJsonError, parsed_json
from fedbbpt.errors import DataError


def json_rows(path: Path, text: str, origin: Origin) -> Rows:
    """Return the records of a file.

    Raises:
        DataError: it is neither a list of objects nor one object a line, or an object names a field
            twice.
    """
    if not text.lstrip().startswith("["):
        return Rows(origin, "JSON, one object a line", jsonl_rows(path, text))
    listed = Origin(origin.name, origin.stem, "entry")
    rows: list[Row] = []
    for number, value in enumerate(_list(text, origin), start=1):
        if not isinstance(value, dict):
            raise listed.refusal(number, 'not an object; write {"input": ..., "target": ...}')
        rows.append(Row(number, value))
    return Rows(listed, "JSON, a list of objects", tuple(rows))


def _list(text: str, origin: Origin) -> list[object]:
    try:
        value = parsed_json(text)
    except json.JSONDecodeError as error:
        raise origin.refusal(
            error.lineno, f"not JSON at column {error.colno} ({error.msg}); write a list of objects"
        ) from error
    except NotJsonError as error:
        raise DataError(f"{origin.name}: {error}") from error
    return value if isinstance(value, list) else []  # what begins with a bracket is a list
