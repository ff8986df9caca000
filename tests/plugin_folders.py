"""The plugins of a folder, found as the package finds them: for the contract tests of each kind."""

import importlib

from fedbbpt.plugins import find, names


def offered(kind: str) -> dict[str, type]:
    """Return the one class that each plugin module of a kind offers, by module name."""
    importlib.import_module(f"fedbbpt.{kind}")
    return {name: find(kind, name) for name in names(kind)}
