"""The page about a run's files: a tiny run is made, and every file it leaves must be explained."""

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.experiment.running import Watcher, run_experiment
from fedbbpt.runs.directory import RunDirectory
from generator.markdown import code, page, table


class _Left(NamedTuple):
    what: str
    holds: str


_LEFT = {
    "run.json": _Left("the resolved run and its identity, for `resume`", "prompt, labels, paths"),
    "calls.log": _Left(
        "the journal: an intent before each call, its completion after it; append-only",
        "digests of requests, **replies of the model**; no example text, no key",
    ),
    "rounds.log": _Left(
        "the reports of finished rounds, for `resume`", "statistics, owners' names"
    ),
    "rounds.txt": _Left("one line a round, for people", "statistics"),
    "tuned.json": _Left("the prompt that the run returns, for apps", "prompt, scores"),
    "tuned.txt": _Left("the same prompt as text, for people", "prompt"),
    "owners/NAME.json": _Left(
        "the same prompt with one owner's calibration: belongs to that owner",
        "prompt, **label biases of the owner**, scores",
    ),
    "results.json": _Left("every figure of the run; written last", "prompts, statistics"),
    "stats.json": _Left("what it cost", "counts"),
    "report.html": _Left(
        "the report, one page that loads nothing from elsewhere",
        "as `results.json`; in a simulation also as `simulation.json`",
    ),
    "simulation.json": _Left(
        "only of a simulation: what the report shows of all owners at once",
        "**texts of examples**, biases of all owners",
    ),
    "lock": _Left("held while a process works here; empty after", "process and host name"),
    "../test-openings.log": _Left(
        "beside the run folders: who opened which sealed test split", "digests, run names"
    ),
}
_INTRODUCTION = """\
This is what a finished run leaves in its folder (`dir` of the run file, else `runs/TASK`). Writing
this page makes a run, and fails where a file is not explained. Files are written whole or not at
all; the two logs are framed with checksums and survive a kill at any moment.
A method that comes to a belief for every owner (`fedlogic`) also leaves `mix.json`: prompts and the
owners' shares of them, for `fedbbpt answer --prompts`. `fedbbpt exemplars`, `doctor --headroom` and
`compare-prompts` keep a `calls.log` in folders of their own."""


def file_page() -> str:
    """Return the page.

    Raises:
        ValueError: a run leaves a file that is not explained here, or no longer leaves one that is.
    """
    with tempfile.TemporaryDirectory() as folder:
        left = _files_of_a_run(Path(folder))
    if left != _LEFT.keys():
        raise ValueError(f"docs/generator/file_page.py: mend {sorted(left ^ _LEFT.keys())}")
    rows = [[code(name), one.what, one.holds] for name, one in _LEFT.items()]
    return page("The files of a run", _INTRODUCTION, table(["file", "what", "holds"], rows))


def _files_of_a_run(folder: Path) -> set[str]:
    lines = [
        {"input": f"film {n}: {word}", "target": label}
        for n in range(12)
        for word, label in (("great fun", "positive"), ("a dull mess", "negative"))
    ]
    data = folder / "film.jsonl"
    data.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    tables = {
        "task": {"name": "film", "labels": ["positive", "negative"]},
        "owner": [{"name": "NAME", "data": "film.jsonl"}],
        "endpoint": {"use": "scripted"},
        "simulation": {},
        "roles": {"train": 8, "dev": 4, "test": 8},
        "search": {"requests": 100},
        "optimizer": {"candidates": 4, "parents": 2, "children": 2},
    }
    directory = RunDirectory(folder / "runs" / "film")
    asyncio.run(
        run_experiment(prepare(resolve(tables, folder), {}), directory, Watcher(), baselines=False)
    )
    kept = [path for path in (folder / "runs").rglob("*") if path.is_file()]
    return {os.path.relpath(path, directory.path) for path in kept}
