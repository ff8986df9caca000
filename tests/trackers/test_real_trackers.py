"""The real packages, where they are installed, take what a run tells them."""

import importlib.util
from pathlib import Path

import pytest
from tracked_runs import CANARY, run


@pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="mlflow is not installed")
def test_mlflow_keeps_rounds_once_and_the_report(tmp_path: Path) -> None:
    track = {"use": "mlflow", "uri": "kept"}

    paused = run(tmp_path, track, caps={"calls": 130})
    finished = run(tmp_path, track)

    assert (paused.exit_code, finished.exit_code) == (1, 0), finished.output
    assert "warning" not in finished.output
    (scores,) = (tmp_path / "kept").glob("*/*/metrics/search/score")
    assert [line.split()[2] for line in scores.read_text().splitlines()] == ["0", "1"]
    (page,) = (tmp_path / "kept").glob("*/*/artifacts/report.html")
    assert CANARY not in page.read_text(encoding="utf-8")


@pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="wandb is not installed")
def test_wandb_keeps_a_run_for_a_later_sync(tmp_path: Path) -> None:
    finished = run(tmp_path, {"use": "wandb"})

    assert finished.exit_code == 0, finished.output
    assert "warning" not in finished.output
    kept = tmp_path / "runs/tiny/wandb"
    (log,) = kept.glob("offline-run-*/run-*.wandb")
    (page,) = kept.glob("offline-run-*/files/report.html")
    assert CANARY.encode() not in log.read_bytes() + page.read_bytes()
    assert not list(kept.glob("offline-run-*/files/requirements.txt"))
