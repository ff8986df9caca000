"""``results.json`` and its like read back, into the values that a run wrote them from."""

from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

from fedbbpt.errors import StorageError
from fedbbpt.runs.results import SCHEMA
from fedbbpt.server import RoundSummary

_Value = TypeVar("_Value")
_PLAIN: dict[object, tuple[type, ...]] = {
    str: (str,),
    bool: (bool,),
    int: (int,),
    float: (float, int),
}


def read_stored(path: Path, kind: type[_Value]) -> _Value:
    """Return the value that a run wrote as JSON; law: reading what was written gives it again.

    Fields that a later version added take their defaults.

    Args:
        path: the file.
        kind: a frozen dataclass such as ``Results``.

    Raises:
        StorageError: no such file, or it is not what a run of this version writes.
    """
    try:
        body = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise StorageError(f"{path}: no such file; the run has not finished") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: cannot be read: {error}") from error
    try:
        if not isinstance(body, dict) or body.pop("schema", None) != SCHEMA:
            raise ValueError(f"this version reads schema {SCHEMA}")
        value = _value(body, kind, "")
    except ValueError as error:
        raise StorageError(f"{path}: not what a run writes: {error}") from error
    if not isinstance(value, kind):
        raise StorageError(f"{path}: holds something else than {kind.__name__}")
    return value


def _value(body: object, hint: object, where: str) -> object:
    if get_origin(hint) in {Union, UnionType}:
        choices = get_args(hint)
        if body is None and NoneType in choices:
            return None
        (hint,) = [choice for choice in choices if choice is not NoneType]
    if get_origin(hint) is tuple:
        return _tuple(body, get_args(hint), where)
    if isinstance(hint, type) and (is_dataclass(hint) or hint is RoundSummary):
        return _record(body, hint, where)
    # JSON tells true from 1; Python does not.
    if isinstance(body, bool) != (hint is bool) or not isinstance(body, _PLAIN[hint]):
        raise ValueError(f"{where}: {str(body)[:40]!r} is of another kind")
    return float(body) if hint is float and isinstance(body, int) else body


def _tuple(body: object, hints: tuple[Any, ...], where: str) -> tuple[object, ...]:
    if not isinstance(body, list):
        raise ValueError(f"{where}: expected a list")
    if hints[1:] == (...,):
        return tuple(_value(item, hints[0], where) for item in body)
    if len(body) != len(hints):
        raise ValueError(f"{where}: expected {len(hints)} parts")
    return tuple(_value(item, hint, where) for item, hint in zip(body, hints, strict=True))


def _record(body: object, kind: type[Any], where: str) -> object:
    if not isinstance(body, dict):
        raise ValueError(f"{where}: expected an object")
    hints = get_type_hints(kind)
    if strange := sorted(body.keys() - hints.keys()):
        raise ValueError(f"{where}: unknown {', '.join(map(repr, strange))}")
    absent = sorted(hints.keys() - body.keys() - _with_defaults(kind))
    if absent:
        raise ValueError(f"{where}: no {', '.join(absent)}")
    inside = f"{where}." if where else ""
    return kind(**{key: _value(body[key], hints[key], f"{inside}{key}") for key in body})


def _with_defaults(kind: type[Any]) -> set[str]:
    if kind is RoundSummary:
        return set(RoundSummary._field_defaults)
    return {
        field.name
        for field in fields(kind)
        if field.default is not MISSING or field.default_factory is not MISSING
    }
