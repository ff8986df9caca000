"""The tiny run with generated answers, and ``fedbbpt answer`` asked about it."""

import json
from pathlib import Path

import run_files
from run_files import ask

QUESTION = "the printer is broken and the parcel is late"
WRITTEN = {"read": "generate", "calibration_examples": 8}
"""Answers are read from generated text, so that every draw is a call."""


def write_run(folder: Path, **changes: object) -> Path:
    """Write the tiny run with generated answers, changed."""
    return run_files.write_run(folder, **{"scoring": WRITTEN, **changes})


def answered(folder: Path, *words: object) -> dict[str, object]:
    """Return what ``fedbbpt answer --json`` prints."""
    said = ask(folder, "answer", "run.toml", *words, "--json")
    assert said.exit_code == 0, said.output
    body: dict[str, object] = json.loads(said.stdout)
    return body


def only(body: dict[str, object]) -> dict[str, object]:
    answers = body["answers"]
    assert isinstance(answers, list)
    (one,) = answers
    assert isinstance(one, dict)
    return one


def paid(body: dict[str, object]) -> int:
    journal = body["journal"]
    assert isinstance(journal, dict)
    return int(journal["now"])
