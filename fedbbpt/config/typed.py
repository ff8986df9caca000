"""One value of a TOML table checked against the type of the field that it is meant for."""

import types
from collections.abc import Mapping
from typing import Union, get_args, get_origin

from fedbbpt.errors import ConfigError

_SPOKEN = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def typed(value: object, hint: object, where: str, key: str) -> object:
    """Return the value as its field holds it: lists as tuples, whole numbers as floats if wanted.

    A type that TOML has no word for is left to the field's own class.

    Args:
        value: as read from TOML, or given from Python.
        hint: type of the field.
        where: how the file calls the table, for messages.
        key: of the value, for messages.

    Raises:
        ConfigError: the value is of another type.
    """
    if get_origin(hint) in {Union, types.UnionType}:
        if value is None and type(None) in get_args(hint):  # no TOML, but a run's own record
            return None
        choices = [choice for choice in get_args(hint) if choice is not type(None)]
        return typed(value, choices[0], where, key)
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"[{where}] {key}: expected a list, got {value!r}")
        inner = get_args(hint)[0] if get_args(hint)[1:] == (...,) else object
        return tuple(typed(item, inner, where, key) for item in value)
    if get_origin(hint) in {dict, Mapping}:
        if not isinstance(value, Mapping):
            raise ConfigError(f"[{where}] {key}: expected a table, got {value!r}")
        held = get_args(hint)[1]
        return {name: typed(item, held, where, f"{key}.{name}") for name, item in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in {str, int, float, bool} and type(value) is not hint:
        raise ConfigError(f"[{where}] {key}: expected {_SPOKEN[hint]}, got {value!r}")
    return value
