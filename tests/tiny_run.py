"""A tiny run for the tests of the edges: four owners, a scripted model, a handful of candidates."""

import copy
import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import RunFile, resolve
from fedbbpt.errors import ConfigError

LABELS = ("complaint", "praise")
OWNERS = ("billing", "facilities", "it", "people")
CUES = {"complaint": ("broken", "late", "wrong"), "praise": ("thanks", "kind", "smooth")}
LEXICON = {label: dict.fromkeys(cues, 1.0) for label, cues in CUES.items()}
ROWS_PER_OWNER = 40

Table = dict[str, Any]
"""A run file's tables, to be changed at will by a test."""


def rows(owner: str, count: int = ROWS_PER_OWNER) -> list[dict[str, str]]:
    """Return messages of one owner, both labels in turn, no text twice."""
    made = []
    for index in range(count):
        label = LABELS[index % 2]
        cues = CUES[label]
        cue = cues[index // 2 % len(cues)]
        made.append(
            {
                "id": f"{owner}-{index:03d}",
                "input": f"{owner} message {index} about ticket {index * 7}: {cue} today",
                "target": label,
                "domain": owner,
            }
        )
    return made


def write_rows(path: Path, lines: Iterable[Mapping[str, object]]) -> Path:
    """Write rows as a .jsonl file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_jsonl(lines), encoding="utf-8")
    return path


def write_owners(folder: Path) -> None:
    """Write one file an owner, and all owners' rows together as all.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _texts().items():
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def _jsonl(lines: Iterable[Mapping[str, object]]) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@functools.cache
def _texts() -> Mapping[str, str]:
    texts = {owner: _jsonl(rows(owner)) for owner in OWNERS}
    return {**texts, "all": "".join(texts.values())}


def tiny_tables(**changes: object) -> Table:
    """Return the tables of a tiny simulated run; ``changes`` replace whole tables or keys."""
    tables: Table = {
        "recipe": "halving",
        "seed": 3,
        "task": {"name": "tiny", "topic": "kind of message", "labels": list(LABELS)},
        "prompt": {"user": "Message: {input}\nIs it {labels}?"},
        "space": {"limit": 3},
        "optimizer": {"candidates": 4},
        "search": {"candidates": 4, "block": 8, "requests": 200},
        "scoring": {"calibration_examples": 8},
        "roles": {"train": 16, "dev": 8, "test": 12},
        "owner": [{"name": owner, "data": f"{owner}.jsonl"} for owner in OWNERS],
        "endpoint": {"use": "scripted", "lexicon": LEXICON},
        "simulation": {},
    }
    return copy.deepcopy({**tables, **changes})


def put(tables: Table, place: str, value: object) -> Table:
    """Return the tables with ``value`` at a place such as "owner.0.name" or "search.block"."""
    changed = copy.deepcopy(tables)
    *path, last = place.split(".")
    inner: Any = changed
    for name in path:
        inner = inner[int(name)] if isinstance(inner, list) else inner.setdefault(name, {})
    inner[int(last) if isinstance(inner, list) else last] = value
    return changed


def dealt_tables(**data: object) -> Table:
    """Return the tables of a run whose owners are dealt from all.jsonl as ``data`` says."""
    tables = tiny_tables(data={"path": "all.jsonl", **data})
    del tables["owner"]
    return tables


def tiny_run(folder: Path, tables: Table | None = None) -> RunFile:
    """Return the run that tables describe, with the owners' files beside it."""
    if not (folder / "all.jsonl").exists():
        write_owners(folder)
    return resolve(tiny_tables() if tables is None else tables, folder)


def tiny_prepared(
    folder: Path, tables: Table | None = None, environment: Mapping[str, str] | None = None
) -> Prepared:
    """Return that run made ready, with no variable in its environment but the given ones."""
    return prepare(tiny_run(folder, tables), environment or {})


def refusal(folder: Path, tables: Table, environment: Mapping[str, str] | None = None) -> str:
    """Return what is said about a run that cannot be meant: one line that holds no key."""
    with pytest.raises(ConfigError) as caught:
        tiny_prepared(folder, tables, environment)
    text = str(caught.value)
    assert "\n" not in text
    assert "canary" not in text
    return text


def toml(tables: Table) -> str:
    """Return the tables as a run file; JSON's texts, numbers and lists are TOML's as well."""
    plain = {name: value for name, value in tables.items() if not isinstance(value, dict | list)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    for owner in tables.get("owner", []):
        lines += ["[[owner]]", *(f"{key} = {_inline(value)}" for key, value in owner.items())]
    for name, table in tables.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *(f"{key} = {_inline(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(k)} = {_inline(v)}' for k, v in value.items())} }}"
    return json.dumps(value)
