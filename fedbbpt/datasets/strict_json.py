"""JSON as it is written: numbers keep their spelling, and a field stands once."""

import json

from fedbbpt.datasets.rows import Number


class NotJsonError(ValueError):
    """A value that Python's parser takes, or breaks on, and no example can have."""


def parsed_json(text: str) -> object:
    """Return the value of a JSON text, every number as ``Number``.

    Raises:
        json.JSONDecodeError: the text is not JSON.
        NotJsonError: a number that JSON does not have, a field named twice, or nested too deep.
    """
    try:
        value: object = json.loads(
            text,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_distinct,
        )
    except RecursionError as error:
        raise NotJsonError("nested too deep; an example is a flat object") from error
    return value


def _refuse_constant(name: str) -> object:
    raise NotJsonError(f"{name} is no value; write the answer as text or leave the example out")


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise NotJsonError(f"the field {name!r} stands twice; keep one")
        fields[name] = value
    return fields
