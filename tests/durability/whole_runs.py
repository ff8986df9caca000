"""Small whole runs for the tests of durability: their files, their start, and what they leave."""

import asyncio
import json
import os
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from fedbbpt.config.prepare import prepare
from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.runfile import load_run
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.storage.reading import read_log

ROOT = Path(__file__).parents[2]
OWNERS = ("billing", "it")
COMPLAINTS = ["not", "again", "no", "wrong", "late", "nobody", "never", "three", "still", "asked"]
PRAISE = ["thank", "thanks", "lovely", "patient", "kind", "clear", "finally", "never", "magic"]
LEXICON = {"complaint": dict.fromkeys(COMPLAINTS, 1.0), "praise": dict.fromkeys(PRAISE, 1.0)}
SCRIPTED: Mapping[str, object] = {"use": "scripted", "lexicon": LEXICON}
TEXT_RECIPES = [name for name in recipe_names() if load_recipe(name)["about"]["tier"] != "T3"]
"""Those that a scripted endpoint can serve; tests/contract_vllm plays the others."""
PATIENCE = 60
"""Seconds after which a process that should have ended is a failure of the test."""

Table = dict[str, object]


def run_table(endpoint: Mapping[str, object], **changes: object) -> Table:
    """Return a run of two owners, four candidates and about 170 calls; tables are merged."""
    table: dict[str, object] = {
        "recipe": "halving",
        "seed": 29,
        "task": {"name": "tiny", "topic": "mood of the note", "labels": ["complaint", "praise"]},
        "prompt": {"user": "Say {labels} for the {topic}.\nNote: {input}\nMood:"},
        "search": {"candidates": 4, "block": 8, "requests": 200},
        "scoring": {"calibration_examples": 8},
        "roles": {"train": 16, "dev": 6, "test": 10},
        "gate": {"alpha": 0.4},
        "owner": [{"name": name, "data": f"{name}.jsonl"} for name in OWNERS],
        "simulation": {},
    }
    for name, value in changes.items():
        old = table.get(name)
        table[name] = (
            {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return {**table, "endpoint": dict(endpoint)}


def smallest_table(endpoint: Mapping[str, object]) -> Table:
    """Return a run of one owner with the fewest calls that still searches, decides and tests."""
    return run_table(
        endpoint,
        seed=2,
        owner=[{"name": "it", "data": "it.jsonl"}],
        search={"candidates": 2, "block": 8},
        roles={"train": 8, "dev": 4, "test": 4},
        scoring={"calibration_examples": 4},
    )


def write_run(folder: Path, table: Mapping[str, object], name: str = "run.toml") -> Path:
    """Write a run file and its owners' examples into a folder; return the run file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for owner in OWNERS:
        rows = (ROOT / f"examples/departments/{owner}.jsonl").read_bytes().splitlines(keepends=True)
        (folder / f"{owner}.jsonl").write_bytes(b"".join(rows[:32]))
    path = folder / name
    path.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in table.items()))
    return path


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items())
        return f"{{{inside}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def command(*words: object) -> list[str]:
    """Return the command line of the package."""
    return [sys.executable, "-m", "fedbbpt", *map(str, words)]


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a process that finds the package and is told no more."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **variables}


def run_command(*words: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    return subprocess.run(
        command(*words),
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def complete(file: Path, directory: Path, **variables: str) -> dict[str, bytes]:
    """Run a run file in a process of its own, which must succeed; return what it left."""
    done = run_command("run", file, "--dir", directory, **variables)
    assert done.returncode == 0, done.stderr
    return final_bytes(directory)


@contextmanager
def started(*words: object, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the command line; what is still alive at the end of the ``with`` block is killed."""
    with subprocess.Popen(
        command(*words),
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def final_bytes(directory: Path) -> dict[str, bytes]:
    """Return the files that must not depend on how a run came to its end, by name."""
    names = ["results.json", "tuned.json", "tuned.txt", "rounds.txt"]
    names += sorted(f"owners/{path.name}" for path in (directory / "owners").iterdir())
    return {name: (directory / name).read_bytes() for name in names}


def stats(directory: Path) -> dict[str, int]:
    """Return what the run says that it cost."""
    found: dict[str, int] = orjson.loads((directory / "stats.json").read_bytes())
    return found


def journalled(directory: Path, kind: str) -> "Counter[str]":
    """Return how many records of a kind (intent, done, fail) each key has in the journal."""
    records = map(orjson.loads, read_log(directory / "calls.log").records)
    return Counter(record["key"] for record in records if record["t"] == kind)


class _HurriedSelector(selectors.SelectSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / HurriedLoop.SPEED)


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock runs fast, so that the real pauses between attempts take no time."""

    SPEED = 40.0

    def __init__(self) -> None:
        super().__init__(_HurriedSelector())

    def time(self) -> float:
        return super().time() * self.SPEED


def tune(file: Path, directory: Path, **variables: str) -> Finished:
    """Run a run file in this process with hurried pauses, and with no variables but those given.

    Raises:
        FedbbptError: as the run itself.
    """
    prepared = prepare(load_run(file), variables)
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(
            run_experiment(prepared, RunDirectory(directory), Watcher(), baselines=False)
        )
