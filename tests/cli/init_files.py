"""What the tests of ``fedbbpt init`` share: asking for a run file, and trying it."""

import io
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from made_files import as_csv, tickets
from rich.console import Console
from run_files import ask

from fedbbpt.cli.plan import show_plan
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import load_run

SCRIPTED = {"use": "scripted"}


def dry_run(path: Path) -> Prepared:
    """Load a run file and plan it at a scripted endpoint, as ``--dry-run`` does at its own."""
    prepared = prepare(load_run(path, {"endpoint": SCRIPTED}), {})
    show_plan(Console(file=io.StringIO()), prepared, baselines=False)
    return prepared


def init(folder: Path, name: str, content: str | bytes, *words: str) -> Result:
    """Write a data file and ask for a run file."""
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return ask(folder, "init", name, *words)


def changed(change: Callable[[int, list[str]], list[str]]) -> str:
    """Return the tickets as CSV with every row changed."""
    header, *rows = tickets()
    return as_csv([header, *(change(number, row) for number, row in enumerate(rows))])
