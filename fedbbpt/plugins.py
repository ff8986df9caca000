"""The file name is the registry: ``use = "halving"`` finds ``optimizers/halving.py``.

A plugin module names its one public class in ``__all__``; ``use = "package.module:Name"`` finds a
user's own class. The library that a plugin wraps is imported only when it is named.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import ModuleType
from typing import Any, get_type_hints

from fedbbpt.closest import did_you_mean
from fedbbpt.config.typed import typed
from fedbbpt.errors import ConfigError

KINDS = (
    "spaces",
    "extraction",
    "metrics",
    "reasoning",
    "endpoints",
    "optimizers",
    "proposers",
    "aggregators",
    "trackers",
)


def names(kind: str) -> tuple[str, ...]:
    """Return the plugins of a kind that ship with the package, without importing heavy libraries.

    >>> "halving" in names("optimizers")
    True
    """
    package = importlib.import_module(f"fedbbpt.{kind}")
    modules = (info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(
        name for name in modules if _public(importlib.import_module(f"fedbbpt.{kind}.{name}"))
    )


def find(kind: str, use: str, where: str = "") -> type[Any]:
    """Return the class that ``use`` names.

    Args:
        kind: folder of the plugin.
        use: name of a plugin, or a user's own as "package.module:Name".
        where: how the run file calls the table, for messages; the kind if left out.

    Raises:
        ConfigError: no such plugin; the text names the closest one.
    """
    if ":" in use:
        return _own(use, where or kind)
    if use not in names(kind):
        known = list(names(kind))
        raise ConfigError(
            f"[{where or kind}] use = {use!r}: no such plugin{_closest(use, known)}, or your own "
            'as "package.module:Name"'
        )
    module = importlib.import_module(f"fedbbpt.{kind}.{use}")
    found: type[Any] = getattr(module, _public(module)[0])
    return found


def build(kind: str, table: Mapping[str, object], where: str, /, **given: object) -> Any:  # noqa: ANN401 - the kind is only known to the caller
    """Return the plugin that a table of a run file describes.

    Args:
        kind: folder of the plugin.
        table: ``use`` and the plugin's own fields.
        where: how the run file calls the table, for messages.
        given: fields that the composition fills; the run file may not set them.

    Raises:
        ConfigError: unknown plugin or field, or a value that the plugin refuses.
    """
    use = table.get("use")
    if not isinstance(use, str):
        raise ConfigError(f'[{where}] use: name a plugin, for example use = "{names(kind)[0]}"')
    plugin = find(kind, use, where)
    settings = {key: value for key, value in table.items() if key != "use"}
    if not is_dataclass(plugin):
        raise ConfigError(f"[{where}] use = {use!r}: not a dataclass; see the contract of {kind}")
    known = [f.name for f in fields(plugin) if f.init and f.name not in given]
    for key in settings:
        if key not in known:
            raise ConfigError(unknown_key(where, key, known))
    hints = _hints(plugin)
    settings = {k: typed(v, hints.get(k, object), where, k) for k, v in settings.items()}
    wanted = {field.name for field in fields(plugin)}
    filled = {key: value for key, value in given.items() if key in wanted}
    required = [
        f.name
        for f in fields(plugin)
        if f.init and f.default is MISSING and f.default_factory is MISSING
    ]
    for name in required:
        if name not in settings and name not in filled:
            raise ConfigError(f"[{where}] {name}: {use} needs it")
    try:
        return plugin(**settings, **filled)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"[{where}] {error}") from error


def unknown_key(where: str, key: str, known: list[str]) -> str:
    """Return the message about a key that nobody reads, with the closest one that exists."""
    return f"[{where}] {key}: unknown{_closest(key, known)}"


def _closest(word: str, known: list[str]) -> str:
    return f"{did_you_mean(word, known) or '.'} Known: {', '.join(known) or 'none'}"


def _hints(plugin: type[Any]) -> dict[str, object]:
    try:
        return get_type_hints(plugin)
    except NameError:  # a user's own class may name types that only type checkers import
        return {}


def _public(module: ModuleType) -> list[str]:
    public: list[str] = getattr(module, "__all__", [])
    return public


def _own(use: str, where: str) -> type[Any]:
    module_name, _, class_name = use.partition(":")
    if not all(part.isidentifier() for part in module_name.split(".")):
        raise ConfigError(f'[{where}] use = {use!r}: write your own as "package.module:Name"')
    try:
        found: type[Any] = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"[{where}] use = {use!r}: {error}; the module must be importable, as those of this "
            "folder are with PYTHONPATH=."
        ) from error
    return found
