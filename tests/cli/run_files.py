"""The tiny run as a file on disk, and the command line asked as a person would."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result
from tiny_run import tiny_tables, toml, write_owners

from fedbbpt.cli import main


def write_run(folder: Path, **changes: object) -> Path:
    """Write the tiny run, changed, and its owners' examples; return the run file."""
    if not (folder / "all.jsonl").exists():
        write_owners(folder)
    path = folder / "run.toml"
    path.write_text(toml(tiny_tables(**changes)), encoding="utf-8")
    return path


def ask(folder: Path, *words: object, env: Mapping[str, str] | None = None) -> Result:
    """Call ``fedbbpt`` with some words, as a person who works in a folder would."""
    with contextlib.chdir(folder):
        return CliRunner(env=env).invoke(main, [str(word) for word in words])


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder by its path there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def widest(text: str) -> int:
    """Return the length of the longest line."""
    return max(map(len, text.splitlines()))
