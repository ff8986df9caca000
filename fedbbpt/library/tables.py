"""Strict reading of TOML files made of tables: a complaint names the file, entry and key."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Row:
    """One table, and the words that say where it stands.

    Attributes:
        where: file, kind of entry and its number from 1.
        values: its keys, all of them known.
    """

    where: str
    values: Mapping[str, object]

    def text(self, key: str) -> str:
        """Return the text under ``key``, possibly empty.

        Raises:
            ConfigError: no such key, or not a text.
        """
        value = self.values.get(key)
        if not isinstance(value, str):
            raise ConfigError(f'{self.where}: {key} must be a text; write {key} = "..."')
        return value

    def filled(self, key: str) -> str:
        """Return the text under ``key``, which must say something.

        Raises:
            ConfigError: no such key, not a text, or blank.
        """
        value = self.text(key)
        if not value.strip():
            raise ConfigError(f"{self.where}: {key} is blank; write something")
        return value

    def claim(self, key: str) -> bool:
        """Return true or false under ``key``; false where it is left out.

        Raises:
            ConfigError: neither.
        """
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.where}: {key} must be true or false")
        return value

    def count(self, key: str) -> int:
        """Return the number under ``key``, at least 0; 0 where it is left out.

        Raises:
            ConfigError: no whole number, or below 0.
        """
        value = self.values.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(f"{self.where}: {key} must be a whole number, at least 0")
        return value

    def rows(self, key: str, keys: Sequence[str]) -> "tuple[Row, ...]":
        """Return the tables listed under ``key``.

        Raises:
            ConfigError: not a list of tables, or a table holds a key not in ``keys``.
        """
        values = self.values.get(key)
        if not isinstance(values, list):
            raise ConfigError(f"{self.where}: {key} must be a list of {{ {', '.join(keys)} }}")
        return _rows(f"{self.where} {key}", values, keys)


def read_tables(path: Path, known: Mapping[str, Sequence[str]]) -> dict[str, tuple[Row, ...]]:
    """Return the rows of a file by kind of entry, none for a kind that the file does not hold.

    Args:
        path: the file.
        known: the kinds of entry, each with the keys it may hold.

    Raises:
        ConfigError: unreadable, not TOML, or a kind or key that is not known.
    """
    content = _content(path)
    for kind in content:
        if kind not in known:
            raise ConfigError(f"{path}: [[{kind}]] is unknown; {expected(kind, known)}")
    tables = {}
    for kind, keys in known.items():
        values = content.get(kind, [])
        if not isinstance(values, list):
            raise ConfigError(f"{path}: each {kind} stands under [[{kind}]], in double brackets")
        tables[kind] = _rows(f"{path}: [[{kind}]]", values, keys)
    return tables


def _rows(where: str, values: Sequence[object], keys: Sequence[str]) -> tuple[Row, ...]:
    rows = []
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise ConfigError(f"{where} {number}: expected a table with {', '.join(keys)}")
        for key in value:
            if key not in keys:
                raise ConfigError(f"{where} {number}: {key!r} is unknown; {expected(key, keys)}")
        rows.append(Row(f"{where} {number}", value))
    return tuple(rows)


def _content(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML in UTF-8 ({error})") from error
