"""A tracker is told figures and prompts once, and whatever it does the run stays the same."""

import json
from pathlib import Path

import pytest
from run_files import ask
from tracked_runs import CANARY, KEY, fakes, run, told, write_tracked

from fedbbpt.safe_text import safe_text

MLFLOW = {"use": "mlflow", "uri": "tracked"}
QUICK = {**MLFLOW, "patience_seconds": 1.0}

pytestmark = pytest.mark.usefixtures(fakes.__name__)


def rounds_told(folder: Path) -> list[int]:
    batches = told(folder / "tracked" / "calls.jsonl", "log_batch")
    steps = [
        {step for _, _, step in batch} for batch in batches if batch[0][0].startswith("search")
    ]
    assert all(len(step) == 1 for step in steps)
    return [step.pop() for step in steps]


def test_mlflow_is_told_every_round_and_the_end(tmp_path: Path) -> None:
    finished = run(tmp_path, MLFLOW)

    results = json.loads((tmp_path / "runs/tiny/results.json").read_bytes())
    calls = tmp_path / "tracked" / "calls.jsonl"
    assert finished.exit_code == 0, finished.output
    assert "warning" not in finished.output
    assert rounds_told(tmp_path) == [summary["round"] for summary in results["rounds"]]
    (params,) = {len(told(calls, "log_param"))}
    assert params == 8
    first = {name: value for name, value, _ in told(calls, "log_batch")[0]}
    assert first["search/best_loss"] == results["rounds"][0]["best_loss"]
    assert first["search/score"] == results["rounds"][0]["score"]["score"]
    last = {name: value for name, value, _ in told(calls, "log_batch")[-1]}
    assert last["test/gain"] == results["test"]["comparison"]["gain"]
    assert [name for name, _ in told(calls, "log_text")] == ["report.html", "tuned.txt"]
    assert told(calls, "set_terminated") == [["FINISHED"]]


def test_no_example_and_no_key_reaches_a_tracker(tmp_path: Path) -> None:
    endpoint = {"use": "hostile_endpoint:Parrot"}

    run(tmp_path, MLFLOW, endpoint=endpoint)

    everything = (tmp_path / "tracked" / "calls.jsonl").read_text(encoding="utf-8")
    page = (tmp_path / "runs/tiny/report.html").read_text(encoding="utf-8")
    assert CANARY in page
    assert CANARY not in everything
    assert KEY not in everything
    ((environment,),) = told(tmp_path / "tracked" / "calls.jsonl", "environment")
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert "OTHER_KEY" not in environment


def test_wandb_keeps_the_run_in_its_folder_and_collects_nothing_else(tmp_path: Path) -> None:
    finished = run(tmp_path, {"use": "wandb", "project": "prompts"})

    calls = tmp_path / "runs/tiny/wandb/calls.jsonl"
    ((said, settings),) = told(calls, "init")
    rounds = told(calls, "log")
    assert finished.exit_code == 0, finished.output
    assert (said["project"], said["name"], settings["mode"]) == ("prompts", "tiny", "offline")
    assert settings["console"] == "off"
    assert settings["x_disable_meta"] is True
    assert [step for _, step in rounds] == list(range(len(rounds)))
    assert [figures["search/round"] for figures, _ in rounds] == list(range(len(rounds)))
    assert [Path(path).name for path, _ in told(calls, "save")] == ["report.html", "tuned.txt"]
    assert told(calls, "finish") == [[]]


@pytest.mark.parametrize("experiment", ["refuses", "dies", "hangs"])
def test_a_tracker_that_fails_changes_nothing_and_is_told_later(
    tmp_path: Path, experiment: str
) -> None:
    alone = run(tmp_path, None, dir="runs/alone")
    failed = run(tmp_path, {**QUICK, "experiment": experiment})
    results = [tmp_path / "runs" / name / "results.json" for name in ("alone", "tiny")]
    memory = json.loads((tmp_path / "runs/tiny/tracking.json").read_bytes())

    again = run(tmp_path, MLFLOW)

    assert alone.exit_code == failed.exit_code == again.exit_code == 0, failed.output
    (warning,) = [line for line in failed.stderr.splitlines() if line.startswith("warning: ")]
    assert "3 of 3 messages did not arrive" in warning
    assert safe_text(warning) == warning
    assert (memory["ids"], memory["failures"]) == ([], 3)
    assert results[0].read_bytes() == results[1].read_bytes()
    assert rounds_told(tmp_path) == [0, 1]


def test_a_resumed_run_tells_nothing_twice(tmp_path: Path) -> None:
    paused = run(tmp_path, MLFLOW, caps={"calls": 130})
    before = rounds_told(tmp_path)

    finished = run(tmp_path, MLFLOW)
    once_more = run(tmp_path, MLFLOW)

    calls = tmp_path / "tracked" / "calls.jsonl"
    assert paused.exit_code == 1, paused.output
    assert before == [0]
    assert finished.exit_code == once_more.exit_code == 0
    assert rounds_told(tmp_path) == [0, 1]
    assert told(calls, "set_terminated") == [["KILLED"], ["FINISHED"]]
    assert len(told(calls, "create_run")) == 1
    assert len(told(calls, "environment")) == 2


def test_another_tracker_is_told_everything(tmp_path: Path) -> None:
    run(tmp_path, MLFLOW)

    run(tmp_path, {**MLFLOW, "uri": "elsewhere"})

    first, second = (
        told(tmp_path / name / "calls.jsonl", "log_batch") for name in ("tracked", "elsewhere")
    )
    assert first == second
    assert len(first) == 3


def test_the_plan_says_where_figures_and_prompts_go(tmp_path: Path) -> None:
    silent, planned = run(tmp_path, None, "--dry-run"), run(tmp_path, MLFLOW, "--dry-run")

    assert "report page go to" not in silent.output
    said = " ".join(planned.output.split())
    assert "figures, prompts and the report page go to: MLflow at file://" in said
    assert not (tmp_path / "tracked").exists()


def test_a_resumed_folder_remembers_its_tracker(tmp_path: Path) -> None:
    run(tmp_path, MLFLOW, caps={"calls": 130})

    finished = ask(tmp_path, "resume", "runs/tiny", "--calls", 2000)

    assert finished.exit_code == 0, finished.output
    assert rounds_told(tmp_path) == [0, 1]


def test_a_memory_that_cannot_be_read_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    write_tracked(tmp_path, MLFLOW)
    (tmp_path / "runs/tiny").mkdir(parents=True)
    (tmp_path / "runs/tiny/tracking.json").write_text("[]", encoding="utf-8")

    refused = ask(tmp_path, "run", "run.toml")

    assert refused.exit_code == 1
    assert "tracking.json: not what a run writes; remove it" in refused.stderr
