"""Fields of a value class: their types in words, their defaults as TOML, and what they mean."""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from fedbbpt.secret import Secret
from generator.docstrings import read_doc
from generator.markdown import code, first_capital, table

_SPOKEN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_LONGEST = 60


def spoken_type(hint: object) -> str:
    """Return the type of a run file's key in words; empty where a file cannot say it.

    >>> spoken_type(tuple[str, ...])
    'list of texts'
    """
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Secret:
        return "key"
    if origin is Literal:
        return " or ".join(code(json.dumps(choice)) for choice in inner)
    if origin in {Union, types.UnionType}:
        said = [spoken_type(choice) for choice in inner if choice is not type(None)]
        return " or ".join(said) if all(said) else next(filter(None, said), "")
    if origin is tuple:
        held = spoken_type(inner[0]) if inner[1:] == (...,) else ""
        return f"list of {held.replace('whole number', 'number')}s" if held else ""
    if origin in {dict, Mapping}:
        return "table"
    return _SPOKEN.get(hint, "") if isinstance(hint, type) else ""


def default_of(field: Field[Any]) -> str:
    """Return the default of a field as TOML says it, or that the field is needed."""
    if field.default is not MISSING:
        value = field.default
    elif field.default_factory is not MISSING:
        value = field.default_factory()
    else:
        return "needed"
    if value is None:
        return "none"
    said = _toml(value)
    return code(said) if len(said) <= _LONGEST else "built in"


def settings_table(section: type, words: Mapping[str, str] | None = None) -> str:
    """Return the keys of a class that a run file may set, one a row.

    Args:
        section: a dataclass.
        words: what a key means where its docstring does not say so.

    Raises:
        ValueError: a key that nothing explains.
    """
    meanings = {**(words or {}), **read_doc(section).attributes}
    hints = get_type_hints(section)
    rows = []
    for field in fields(section):
        spoken = spoken_type(hints[field.name])
        if not spoken or not field.init:
            continue
        if field.name not in meanings:
            raise ValueError(f"{section.__name__}.{field.name}: its docstring does not explain it")
        name = "key_env" if spoken == "key" else field.name
        kind = "name of a variable" if spoken == "key" else spoken
        default = code("{}") if kind == "table" and field.default == () else default_of(field)
        rows.append([code(name), kind, default, first_capital(meanings[field.name])])
    return table(["key", "type", "default", "meaning"], rows)


def value_table(value: type) -> str:
    """Return the fields of a value that is written as JSON, one a row."""
    meanings = read_doc(value).attributes
    rows = [
        [code(name), json_type(hint), first_capital(meanings.get(name, ""))]
        for name, hint in get_type_hints(value).items()
    ]
    if not meanings:
        return table(["field", "type"], [row[:2] for row in rows])
    return table(["field", "type", "meaning"], rows)


def json_type(hint: object) -> str:
    """Return a type as it arrives in JSON, in words; a value class as a link to its heading.

    >>> json_type(tuple[tuple[str, float], ...])
    'list of [text, number]'
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(map(json_type, inner))
    if origin is tuple and inner[1:] == (...,):
        return f"list of {json_type(inner[0])}"
    if origin is tuple:
        return f"[{', '.join(map(json_type, inner))}]"
    if not isinstance(hint, type):
        return "table"
    if hint is types.NoneType:
        return "null"
    return _SPOKEN.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def held_values(value: type) -> list[type]:
    """Return the value classes below a value, each once, those held by the first field first."""
    found: list[type] = []
    for hint in get_type_hints(value).values():
        for inner in _classes(hint):
            found += [one for one in (inner, *held_values(inner)) if one not in found]
    return found


def _classes(hint: object) -> list[type]:
    if get_args(hint):
        return [found for inner in get_args(hint) for found in _classes(inner)]
    if isinstance(hint, type) and (is_dataclass(hint) or "_fields" in vars(hint)):
        return [hint]
    return []


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {_toml(held)}" for key, held in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
