"""TOML tables into frozen dataclasses: unknown keys and wrong types are errors that say where."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from fedbbpt.config.typed import typed
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import unknown_key

_Section = TypeVar("_Section")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def read_section(section: type[_Section], table: Mapping[str, object], where: str) -> _Section:
    """Return the dataclass ``section`` filled from a TOML table.

    Args:
        section: a dataclass whose fields are texts, numbers, lists of texts or tables.
        table: as read from TOML.
        where: how the file calls the table, for messages.

    Raises:
        ConfigError: unknown key (with the closest one), absent key, wrong type or refused value.
    """
    hints = get_type_hints(section)
    known = [field.name for field in fields(section)]  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise ConfigError(unknown_key(where, key, known))
    values: dict[str, Any] = {}
    for field in fields(section):  # type: ignore[arg-type]
        if field.name in table:
            values[field.name] = typed(table[field.name], hints[field.name], where, field.name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ConfigError(f"[{where}] {field.name}: missing; this key is needed")
    try:
        return section(**values)
    except ValueError as error:
        raise ConfigError(f"[{where}] {error}") from error


def vars_of(section: object) -> dict[str, Any]:
    """Return a section's values by name, without copying them."""
    return {field.name: getattr(section, field.name) for field in fields(section)}  # type: ignore[arg-type]


def as_table(value: object, where: str) -> Mapping[str, object]:
    """Return a value that must be a table.

    Raises:
        ConfigError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"[{where}] expected a table, got {value!r}")
    return value


def safe_name(name: str, where: str) -> str:
    """Return a name that may become part of a path.

    Raises:
        ConfigError: it is empty, too long or has other characters.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"[{where}] name: {name!r} is no name; use letters, digits, '-', '_' and '.', "
            "at most 64, starting with a letter or digit"
        )
    return name


def read_toml(path: Path, kind: str) -> dict[str, object]:
    """Return the tables of a TOML file.

    Raises:
        ConfigError: the file is absent, cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such {kind}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
