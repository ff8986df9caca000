"""What cannot be done is said in one line with the exit code that means it."""

import sys
from pathlib import Path

import pytest
from run_files import ask, files_of, write_run
from tiny_run import tiny_tables

INTERRUPTED = '''"""A metric during which a person presses control and C."""

import signal
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.accuracy import Accuracy


@dataclass(frozen=True)
class Interrupted:
    """Accuracy, but for a file that says stop, once."""

    stop: str = "stop"

    def item(self, answer: Answer, example: Example) -> float:
        """Return the accuracy of an answer."""
        if Path(self.stop).exists():
            Path(self.stop).unlink()
            signal.raise_signal(signal.SIGINT)
        return Accuracy().item(answer, example)
'''


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "none.toml"], 2, "error: none.toml: no such run file"),
        (["run", "broken.toml"], 2, "error: broken.toml: not TOML: "),
        (["run", "run.toml", "--recipe", "halvin"], 2, "did you mean 'halving'?"),
        (["run", "run.toml", "--dir", "run.toml"], 1, "error: run.toml: cannot be made: "),
        (["run", "strange.toml"], 2, "error: [run file] sede: unknown; did you mean 'seed'?"),
        (["run", "nodata.toml"], 1, "nowhere.jsonl: no such file; "),
        (["run", "real.toml", "--baselines"], 2, "error: baselines: they look at all owners'"),
        (["run", "real.toml", "--baselines", "--dry-run"], 2, "only a run with [simulation] may"),
        (["resume", "nowhere"], 2, "error: nowhere: no run is kept here; start one with fedbbpt"),
        (["resume", "old"], 2, "error: the run directory is of another version: no 'base'"),
        (["resume", "damaged"], 1, "error: damaged/run.json: cannot be read: "),
    ],
)
def test_an_own_error_is_one_line(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    run = write_run(tmp_path)
    text = run.read_text(encoding="utf-8")
    (tmp_path / "broken.toml").write_text("task = [", encoding="utf-8")
    (tmp_path / "strange.toml").write_text(f"sede = 1\n{text}", encoding="utf-8")
    (tmp_path / "nodata.toml").write_text(
        text.replace("it.jsonl", "nowhere.jsonl"), encoding="utf-8"
    )
    (tmp_path / "real.toml").write_text(text.replace("[simulation]", ""), encoding="utf-8")
    for name, content in (("old", '{"identity": "x", "run": {}}'), ("damaged", "{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(content, encoding="utf-8")
    before = files_of(tmp_path)

    answer = ask(tmp_path, *words)

    assert answer.exit_code == code
    assert said in answer.stderr
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
    assert answer.stdout == ""
    assert files_of(tmp_path) == before


@pytest.mark.parametrize(
    "words",
    [
        ["runn"],
        ["run"],
        ["run", "run.toml", "--seed", "-1"],
        ["run", "run.toml", "--unknown"],
        ["resume", "x", "--calls", "0"],
    ],
)
def test_a_command_that_cannot_be_meant_shows_its_usage(tmp_path: Path, words: list[str]) -> None:
    answer = ask(tmp_path, *words)

    assert answer.exit_code == 2
    assert answer.stderr.startswith("Usage: ")
    assert "Error: " in answer.stderr


def test_an_interrupted_run_says_how_to_go_on_and_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interrupted.py").write_text(INTERRUPTED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "interrupted", raising=False)
    scoring = {**tiny_tables()["scoring"], "metric": {"use": "interrupted:Interrupted"}}
    write_run(tmp_path, scoring=scoring)
    (tmp_path / "stop").touch()

    stopped = ask(tmp_path, "run", "run.toml")
    resumed = ask(tmp_path, "resume", "runs/tiny")

    assert stopped.exit_code == 130
    assert stopped.stderr == (
        "stopped; every completion received is kept. Go on with: fedbbpt resume runs/tiny\n"
    )
    assert resumed.exit_code == 0
    assert "Report: runs/tiny/report.html" in resumed.stdout


def test_a_defect_keeps_its_traceback(tmp_path: Path) -> None:
    use = "fedbbpt.aggregators.mean:Mean"
    write_run(tmp_path, optimizer={"use": use})

    answer = ask(tmp_path, "run", "run.toml")

    assert isinstance(answer.exception, AttributeError)
