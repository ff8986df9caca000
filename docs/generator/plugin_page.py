"""The page about plugins: what each kind is, and every plugin with its settings."""

import importlib
import sys

from fedbbpt.plugins import KINDS, find, names
from generator.docstrings import read_doc
from generator.fields import settings_table
from generator.markdown import page

_TABLES = {
    "endpoints": "`[endpoint]` of the run file, or `[owner.endpoint]`",
    "optimizers": "`[optimizer]`",
    "aggregators": "`[aggregator]`",
    "extraction": "`[task] answer`, by name or as a table",
    "metrics": "`[scoring.metric]`",
    "reasoning": "`[reasoning]`; `direct` takes its settings from `[scoring]`",
    "trackers": "`[track]`",
}
_ELSEWHERE = {
    "spaces": "Named by `use` in [`[space]`](run-file.md#space), which holds the settings.",
}
_INTRODUCTION = """\
`use = "NAME"` in a table of the run file names a plugin; the other keys of the table are its
settings. `use = "package.module:Name"` names a class of your own, which must be importable.
CONTRIBUTING.md says how to add one to the package."""


def plugin_page() -> str:
    """Return the page."""
    return page("Plugins", _INTRODUCTION, *map(_kind, KINDS))


def _kind(kind: str) -> str:
    about = read_doc(importlib.import_module(f"fedbbpt.{kind}")).summary
    where = _ELSEWHERE.get(kind) or f"Table: {_table_of(kind)}."
    shown = [_plugin(kind, name) for name in names(kind)]
    return "\n\n".join([f"## {kind.capitalize()}", about, where, *shown])


def _table_of(kind: str) -> str:
    return _TABLES.get(kind, f"`[{kind.removesuffix('s')}]`")


def _plugin(kind: str, name: str) -> str:
    plugin = find(kind, name)
    module = read_doc(sys.modules[plugin.__module__])
    doc = read_doc(plugin)
    settings = settings_table(plugin) if kind not in _ELSEWHERE else ""
    if kind not in _ELSEWHERE:
        settings = settings or "No settings."
    said = [module.summary, *module.rest, doc.summary, *doc.rest]
    return "\n\n".join([f"### `{name}`", *said, *([settings] if settings else [])])
