"""``fedbbpt compact``, as a person would use it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from run_files import ask, files_of, write_run

from fedbbpt.storage.lock import RunLock
from fedbbpt.storage.reading import read_log

FIGURES = re.compile(
    r"runs/tiny/calls\.log: ([\d,]+) bytes before, ([\d,]+) after; ([\d,]+) completions kept\n"
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run."""
    folder = tmp_path_factory.mktemp("finished")
    write_run(folder)
    assert ask(folder, "run", "run.toml").exit_code == 0
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_compacted_run_is_smaller_and_goes_on_with_the_same_files(folder: Path) -> None:
    run = folder / "runs" / "tiny"
    before = files_of(run)

    said = ask(folder, "compact", "runs/tiny")
    resumed = ask(folder, "resume", "runs/tiny")
    after = files_of(run)

    figures = FIGURES.fullmatch(said.stdout)
    assert figures is not None, said.output
    old, new, completions = (int(figure.replace(",", "")) for figure in figures.groups())
    stats = json.loads(after["stats.json"])
    assert (old, new) == (len(before["calls.log"]), (run / "calls.log").stat().st_size)
    assert new < 0.8 * old
    assert resumed.exit_code == 0, resumed.output
    assert completions == json.loads(before["stats.json"])["calls"]
    assert {name: after[name] for name in ("results.json", "tuned.json", "rounds.log")} == {
        name: before[name] for name in ("results.json", "tuned.json", "rounds.log")
    }
    assert stats["calls"] == completions
    assert stats["hits"] == stats["requests"]


def test_a_run_in_use_is_refused_by_the_name_of_its_owner(folder: Path) -> None:
    with RunLock(folder / "runs" / "tiny"):
        said = ask(folder, "compact", "runs/tiny")

    assert said.exit_code == 1
    assert "in use by process" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_folder_without_a_journal_is_told_and_left_alone(tmp_path: Path) -> None:
    said = ask(tmp_path, "compact", "nowhere")

    assert said.exit_code == 2
    assert "nowhere: no journal of calls is kept here" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_takes_the_answers_of_the_first_and_pays_for_none(folder: Path) -> None:
    first = files_of(folder / "runs" / "tiny")
    write_run(folder, cache={"runs": ["runs/tiny"]}, dir="runs/second")

    plan = ask(folder, "run", "run.toml", "--dry-run")
    said = ask(folder, "run", "run.toml")
    shutil.rmtree(folder / "runs" / "tiny")
    resumed = ask(folder, "resume", "runs/second")
    second = files_of(folder / "runs" / "second")

    calls = json.loads(first["stats.json"])["calls"]
    unwrapped = "".join(plan.stdout.split())
    assert re.search(r"answersaretakenoverfrom:\S*runs/tiny/calls\.log", unwrapped)
    assert (said.exit_code, resumed.exit_code) == (0, 0)
    assert f"{calls} answers taken over" in " ".join(said.stdout.split())
    stats = json.loads(second["stats.json"])
    assert (stats["calls"], stats["possibly_billed"], stats["shared"]) == (0, 0, calls)
    assert second["tuned.json"] == first["tuned.json"]
    records = read_log(folder / "runs" / "second" / "calls.log").records
    assert {json.loads(record)["t"] for record in records} == {"shared"}


@pytest.mark.parametrize(
    ("runs", "complaint"),
    [
        (["runs/absent"], "'runs/absent' holds no calls.log"),
        (["runs/second"], "'runs/second' is this run's own folder"),
        ("runs/tiny", "[cache] runs"),
    ],
)
def test_a_cache_that_cannot_be_meant_is_refused_before_anything_is_asked(
    folder: Path, runs: object, complaint: str
) -> None:
    write_run(folder, cache={"runs": runs}, dir="runs/second")

    said = ask(folder, "run", "run.toml")

    assert said.exit_code == 2
    assert complaint in said.stderr
    assert not (folder / "runs" / "second").exists()


def test_naming_other_runs_does_not_make_it_another_run(folder: Path) -> None:
    write_run(folder, dir="runs/second")
    assert ask(folder, "run", "run.toml").exit_code == 0
    write_run(folder, cache={"runs": ["runs/tiny"]}, dir="runs/second")

    again = ask(folder, "run", "run.toml")

    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("point", [1, 2, 3, 4])
def test_a_kill_while_compacting_leaves_a_journal_that_goes_on(folder: Path, point: int) -> None:
    run = folder / "runs" / "tiny"
    command = [sys.executable, "-m", "fedbbpt", "compact", str(run)]

    killed = subprocess.run(
        command,
        env={**os.environ, "FEDBBPT_CRASH_AT": str(point)},
        capture_output=True,
        check=False,
    )
    resumed = ask(folder, "resume", "runs/tiny")

    stats = json.loads((run / "stats.json").read_bytes())
    assert killed.returncode == -signal.SIGKILL
    assert resumed.exit_code == 0, resumed.output
    assert stats["hits"] == stats["requests"]
