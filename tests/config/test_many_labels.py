"""More labels that begin alike than there are letters: answers are read as text."""

from pathlib import Path

import pytest

from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.errors import ConfigError

LABELS = [f"intent number {i}" for i in range(30)]


def run_tables(folder: Path, read: str) -> dict[str, object]:
    rows = [f'{{"input": "text {i}", "target": "{LABELS[i % 30]}"}}' for i in range(240)]
    (folder / "data.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return {
        "task": {"name": "intents", "labels": LABELS},
        "prompt": {"user": "{input}"},
        "data": {"path": "data.jsonl", "split": "one"},
        "endpoint": {"use": "scripted"},
        "scoring": {"read": read},
        "simulation": {},
    }


def test_colliding_labels_beyond_the_letters_are_read_from_generated_text(tmp_path: Path) -> None:
    prepared = prepare(resolve(run_tables(tmp_path, "auto"), tmp_path), {})

    assert prepared.scoring.reading.startswith("generated text")
    assert prepared.scoring.top_logprobs == 0


def test_log_probabilities_asked_for_such_labels_are_refused(tmp_path: Path) -> None:
    run = resolve(run_tables(tmp_path, "logprobs"), tmp_path)

    with pytest.raises(ConfigError, match=r'\[scoring\] read = "logprobs"'):
        prepare(run, {})
