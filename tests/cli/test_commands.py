"""The command line: what it prints, what it leaves behind, and how it ends."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from run_files import ask, files_of, widest, write_run
from tiny_run import OWNERS

from fedbbpt import TunedPrompt

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
HOSTILE = "mood\x1b]52;c;aGk=\x07[bold red]loud[/bold red]\u202etxet"
KEPT = {
    "calls.log",
    "lock",
    "report.html",
    "results.json",
    "rounds.log",
    "rounds.txt",
    "run.json",
    "stats.json",
    "tuned.json",
    "simulation.json",
    "tuned.txt",
    *(f"owners/{owner}.json" for owner in OWNERS),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return a folder with a finished run, and what was said when it ran."""
    folder = tmp_path_factory.mktemp("finished")
    write_run(folder)
    return folder, ask(folder, "run", "run.toml")


@pytest.fixture
def said(finished: tuple[Path, Result], tmp_path: Path) -> Result:
    """Copy the finished run here; return what was said when it ran."""
    folder, said = finished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return said


def test_a_run_prints_plain_lines_and_leaves_its_files(tmp_path: Path, said: Result) -> None:
    assert said.exit_code == 0
    assert said.stdout.startswith("search\nsearch, round 0: 128 requests, best loss 0.")
    assert said.stderr == ""
    assert not CONTROLS.search(said.stdout)
    assert widest(said.stdout) <= 80
    assert "Report: runs/tiny/report.html" in said.stdout
    assert set(files_of(tmp_path / "runs" / "tiny")) == KEPT
    assert list((tmp_path / "runs").glob("*.log")) == [tmp_path / "runs" / "test-openings.log"]


def test_the_files_of_a_run_fit_together(tmp_path: Path, said: Result) -> None:
    kept = tmp_path / "runs" / "tiny"
    results = json.loads((kept / "results.json").read_bytes())
    stats = json.loads((kept / "stats.json").read_bytes())
    assert results["name"] == "tiny"
    assert stats["calls"] <= 192 + len(OWNERS) * (2 * 8 + 3 * 8 + 2 * 12)
    assert stats["failed"] == stats["possibly_billed"] == 0
    tuned = TunedPrompt.load(kept / "tuned.json")
    assert (kept / "tuned.txt").read_text(encoding="utf-8") == f"{tuned.prompt.text()}\n"
    rounds = (kept / "rounds.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in rounds] == ["round", "round", "dev:", "test:"]


def test_a_finished_run_is_shown_again_and_asks_nothing(tmp_path: Path, said: Result) -> None:
    before = files_of(tmp_path / "runs")

    again = ask(tmp_path, "run", "run.toml")

    after = files_of(tmp_path / "runs")
    changed = {name for name in before if before[name] != after[name]}
    assert again.exit_code == 0
    assert re.search(r"Cost: (\d+) requests \(\1 from the journal\)", again.stdout)
    assert again.stdout.splitlines()[:5] == said.stdout.splitlines()[:5]
    assert changed <= {"tiny/stats.json", "tiny/report.html"}  # they tell time and hits


def test_a_run_is_resumed_from_its_folder_alone(tmp_path: Path) -> None:
    write_run(tmp_path, caps={"calls": 150})
    paused = ask(tmp_path, "run", "run.toml", "--dir", "kept")
    (tmp_path / "run.toml").unlink()

    resumed = ask(tmp_path, "resume", "kept", "--calls", 9999)

    assert paused.exit_code == 1
    assert re.match(r"error: \[caps\] calls: 128 of 150 are used", paused.stderr)
    assert paused.stderr.count("\n") == 1
    assert resumed.exit_code == 0
    assert set(files_of(tmp_path / "kept")) == KEPT


def test_a_cap_that_is_still_too_low_pauses_again(tmp_path: Path) -> None:
    write_run(tmp_path, caps={"calls": 20})
    ask(tmp_path, "run", "run.toml")

    again = ask(tmp_path, "resume", "runs/tiny", "--calls", 31)

    assert again.exit_code == 1
    assert "raise [caps] calls to at least 32 and resume" in again.stderr


@pytest.mark.parametrize("words", [["run", "run.toml"], ["resume", "runs/tiny"]])
def test_json_is_one_object_on_standard_output(
    tmp_path: Path, said: Result, words: list[str]
) -> None:
    kept = tmp_path / "runs" / "tiny"
    results = (kept / "results.json").read_bytes()

    answer = ask(tmp_path, *words, "--json")

    body = json.loads(answer.stdout)
    assert answer.stdout.count("\n") == 1
    assert answer.stderr.splitlines() == said.stdout.splitlines()[:5]
    assert body.keys() == {"directory", "results", "stats"}
    assert body["directory"] == "runs/tiny"
    assert body["results"] == json.loads(results)
    assert body["stats"] == json.loads((kept / "stats.json").read_bytes())


def test_another_runs_folder_is_left_alone(finished: tuple[Path, Result]) -> None:
    folder, _ = finished
    before = files_of(folder / "runs")

    refused = ask(folder, "run", "run.toml", "--seed", 4)

    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        "error: runs/tiny: holds another run (different: seed); choose"
    )
    assert files_of(folder / "runs") == before


def test_hostile_texts_do_not_steer_the_terminal(tmp_path: Path) -> None:
    write_run(
        tmp_path,
        prompt={"system": HOSTILE, "user": f"{HOSTILE} {{input}}"},
        task={"name": "tiny", "topic": HOSTILE, "labels": ["complaint", "praise"]},
    )

    planned, shown = ask(tmp_path, "run", "run.toml", "--dry-run"), ask(tmp_path, "run", "run.toml")

    for said in (planned, shown):
        assert said.exit_code == 0
        assert not CONTROLS.search(said.output)
        assert r"mood\x1b]52;c;aGk=\x07[bold red]loud[/bold red]\u202etxet" in said.stdout
        assert widest(said.stdout) <= 80


def test_hostile_names_do_not_steer_the_terminal(tmp_path: Path) -> None:
    write_run(tmp_path, task={"name": "tiny", "labels": [HOSTILE, "b"]})

    for said in (ask(tmp_path, "run", f"no\n{HOSTILE}.toml"), ask(tmp_path, "run", "run.toml")):
        assert said.exit_code == 2
        assert said.stderr.startswith("error: ")
        assert said.stderr.count("\n") == 1
        assert not CONTROLS.search(said.output)
