"""Tiny runs that tell a tracker; the fake packages stand where the real ones would."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from run_files import ask
from tiny_run import OWNERS, Table, rows, tiny_tables, toml, write_owners, write_rows

FAKES = Path(__file__).parent / "fakes"
CANARY = "canary-4712"
KEY = "sk-canary-key-4712"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the fake packages before the real ones, here and in the tracker's own process."""
    monkeypatch.syspath_prepend(str(FAKES))
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    monkeypatch.setenv("OTHER_KEY", KEY)


def write_tracked(folder: Path, track: Table | None, **changes: object) -> None:
    """Write a run file that names a tracker, or none, and examples that hold a canary."""
    if not (folder / "all.jsonl").exists():
        write_owners(folder)
        for owner in OWNERS:
            marked = [{**row, "input": f"{row['input']} {CANARY}"} for row in rows(owner)]
            write_rows(folder / f"{owner}.jsonl", marked)
    tables = tiny_tables(**changes, **({"track": track} if track else {}))
    (folder / "run.toml").write_text(toml(tables), encoding="utf-8")


def run(folder: Path, track: Table | None, *words: str, **changes: object) -> Result:
    """Write and start that run."""
    write_tracked(folder, track, **changes)
    return ask(folder, "run", "run.toml", *words)


def told(path: Path, kind: str) -> list[Any]:
    """Return what a fake noted under a name, one entry a call."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line[1:] for line in lines if line[0] == kind]
