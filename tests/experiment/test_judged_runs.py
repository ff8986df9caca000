"""Whole runs whose answers a judge grades."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from no_pauses import stop_pausing
from run_files import ask, write_run
from tiny_run import LABELS, OWNERS, Table, put, tiny_run, tiny_tables

import fedbbpt
from fedbbpt.completions import Completion, Request
from fedbbpt.config.estimate import estimates
from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.errors import BudgetError, ConfigError, OutageError, QuorumError

JUDGE = {"use": "scripted", "seed": 5, "lexicon": {"yes": {"praise": 1.0}, "no": {"late": 1.0}}}
SCORING = {"metric": "judge", "calibration_examples": 8, "read": "generate"}


@dataclass(frozen=True)
class Moody(Scripted):
    """Grades by whether the answer is the reference, with noise of its own; may be out of order.

    Attributes:
        mood: grades change from draw to draw for every so many-th item; 0 for never.
        silent: says nothing about items whose text holds this.
        garbles: its replies on items whose text holds this cannot be used.
        babbles: gives no grade on items whose text holds this.
    """

    mood: int = 0
    silent: str = "\0"
    garbles: str = "\0"
    babbles: str = "\0"

    def profile(self) -> Profile:
        plain = Scripted.profile(self)
        return Profile(
            "moody", "the judge's own place", f"{plain.identity}{self!r}", "moody", 0, 8, True, True
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield _MoodyWire(self)


@dataclass(frozen=True)
class _MoodyWire:
    judge: Moody

    async def send(self, request: Request) -> Completion:
        text = request.messages[-1].content
        if self.judge.silent in text:
            raise AttemptError("status 503", billed=False)
        if self.judge.garbles in text:
            raise AttemptError("empty choices", billed=True, unusable=True)
        if self.judge.babbles in text:
            return Completion("It depends.")
        reference, answer = (
            text.split(head)[1].split("\n")[1] for head in ("Reference answer:", "Answer to grade:")
        )
        grade = reference == answer
        turned = self.judge.mood and sum(map(ord, text)) % self.judge.mood == 0
        return Completion("yes" if grade != bool(turned and request.sample) else "no")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_pausing(monkeypatch)


def tables(folder: Path, judge: dict[str, Any] | None = None, **changes: object) -> Table:
    tiny_run(folder)
    made = tiny_tables(**{"scoring": SCORING, **changes})
    if judge is not None:
        made["judge"] = {"use": f"{__name__}:Moody", **judge}
    for owner in made["owner"]:
        owner["data"] = str(folder / owner["data"])
    return made


def test_the_judges_place_is_named_before_and_after(tmp_path: Path) -> None:
    path = write_run(tmp_path, scoring=SCORING, judge=JUDGE)

    plan = " ".join(ask(tmp_path, "run", path, "--dry-run").output.split())
    said = " ".join(ask(tmp_path, "run", path).output.split())

    place = "this process (scripted, no model)"
    assert f"judge: inputs, answers and targets of {', '.join(OWNERS)} go to {place}" in plan
    assert " grades: " in plan
    assert f"Judge: inputs, answers and targets went to {place}" in said
    assert "then marked by a judge (correctness; grades no, yes;" in plan
    page = (tmp_path / "runs/tiny/report.html").read_text(encoding="utf-8")
    assert f"graded with their targets by a judge at {place}" in page


def test_a_grade_is_a_call_and_is_paid_once(tmp_path: Path) -> None:
    run = tables(tmp_path, {})

    first = fedbbpt.optimize(run, directory=tmp_path / "run")
    (tmp_path / "run" / "rounds.log").unlink()
    again = fedbbpt.optimize(run, directory=tmp_path / "run")

    assert first.stats.calls > 0
    assert again.stats.calls == first.stats.calls
    assert again.stats.requests == again.stats.hits > 0
    assert again.results == first.results


def test_a_judge_without_noise_agrees_with_itself(tmp_path: Path) -> None:
    noise = fedbbpt.optimize(tables(tmp_path, {}), directory=tmp_path / "run").results.gate.judge

    assert noise is not None
    assert noise.items > 0
    assert (noise.changed, noise.gap, noise.ungraded) == (0, 0.0, 0)


def test_a_moody_judge_is_found_out(tmp_path: Path) -> None:
    gate = fedbbpt.optimize(tables(tmp_path, {"mood": 3}), directory=tmp_path / "run").results.gate

    assert gate.judge is not None
    assert 0.1 < gate.judge.changed / gate.judge.items < 0.6
    assert gate.judge.gap == pytest.approx(gate.judge.changed / gate.judge.items)
    assert gate.flip_rate > 0.1
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Judge against itself" in page


def test_an_item_without_a_grade_is_missing_and_not_scored(tmp_path: Path) -> None:
    run = tables(tmp_path, {"garbles": "it message 3 "})

    result = fedbbpt.optimize(run, directory=tmp_path / "run")

    whole = fedbbpt.optimize(tables(tmp_path, {}), directory=tmp_path / "whole")
    assert result.results.coverage.missing > 0
    assert result.results.coverage.unreadable == whole.results.coverage.unreadable


def test_a_judge_that_is_out_of_order_decides_nothing(tmp_path: Path) -> None:
    silent, garbled = ({kind: "message"} for kind in ("silent", "garbles"))

    with pytest.raises(OutageError, match=r"the judge's own place: .* \(status 503\); nothing is"):
        fedbbpt.optimize(tables(tmp_path, silent), directory=tmp_path / "out")
    with pytest.raises(QuorumError, match=r"the judge's own place: \d+ x empty choices"):
        fedbbpt.optimize(tables(tmp_path, garbled), directory=tmp_path / "garbled")


def test_replies_without_a_grade_are_counted(tmp_path: Path) -> None:
    run = tables(tmp_path, {"babbles": "it message "})

    results = fedbbpt.optimize(run, directory=tmp_path / "run").results

    assert results.gate.judge is not None
    assert results.gate.judge.ungraded > 0
    assert results.coverage.unreadable >= results.gate.judge.ungraded
    assert results.coverage.missing == 0


def test_caps_hold_for_answers_and_grades_together(tmp_path: Path) -> None:
    run = tables(tmp_path, {})

    with pytest.raises(BudgetError):
        fedbbpt.optimize(put(run, "caps.calls", 100), directory=tmp_path / "run")
    whole = fedbbpt.optimize(run, directory=tmp_path / "run")

    assert whole.stats.calls > 100
    assert whole.results == fedbbpt.optimize(run, directory=tmp_path / "other").results


def test_an_owner_may_have_a_judge_of_its_own_and_others_grade_at_home(tmp_path: Path) -> None:
    run = put(tables(tmp_path), "owner.0.judge", {"use": f"{__name__}:Moody"})

    owners = fedbbpt.optimize(run, directory=tmp_path / "run").results.owners

    home = "this process (scripted, no model)"
    assert [owner.judge for owner in owners] == ["the judge's own place", home, home, home]


def test_a_judge_where_nothing_is_judged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^\[judge\] nothing is judged"):
        fedbbpt.optimize(tables(tmp_path, {}, scoring={}), directory=tmp_path / "run")


@pytest.mark.parametrize(
    ("metric", "named"),
    [
        ("exakt", r"did you mean 'exact'"),
        ({"use": "judge", "template": "corectness"}, r"^\[scoring.metric\] .*'correctness'"),
        ({"use": "judge", "top_logprobs": 3}, r"^\[scoring.metric\] top_logprobs: unknown"),
        ({"use": "semantic"}, r"^\[scoring.metric\] model: semantic needs it"),
        ({"use": "os.path:join", "case": 1}, r"^\[scoring.metric\] case: a function takes no"),
    ],
)
def test_a_metric_that_cannot_be_meant_is_refused(
    tmp_path: Path, metric: object, named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        fedbbpt.optimize(tables(tmp_path, scoring={"metric": metric}), directory=tmp_path / "run")


def test_a_metric_may_be_a_function_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_metric.py").write_text(
        "def first_letter(text, example):\n    return float(text[0] == example.targets[0][0])\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    run = tables(tmp_path, scoring={"metric": "my_metric:first_letter"})

    results = fedbbpt.optimize(run, directory=tmp_path / "run").results

    plain = fedbbpt.optimize(tables(tmp_path, scoring={}), directory=tmp_path / "plain").results
    assert len({label[0] for label in LABELS}) == len(LABELS)
    assert results.metric == "my_metric:first_letter"
    assert [c.score for c in results.test.cells] == [c.score for c in plain.test.cells]


def test_the_scripted_judge_is_asked_for_log_probabilities(tmp_path: Path) -> None:
    run = tables(tmp_path, judge=None)
    run["judge"] = JUDGE

    results = fedbbpt.optimize(run, directory=tmp_path / "run").results

    assert "expected over log-probabilities" in results.reading
    assert results.gate.judge is not None


def test_a_run_with_a_judge_costs_no_more_than_its_estimate(tmp_path: Path) -> None:
    run = tables(tmp_path, {})

    *_, together = estimates(prepare(resolve(run, tmp_path), {}))
    stats = fedbbpt.optimize(run, directory=tmp_path / "run").stats

    assert 0 < stats.calls <= together.calls < 4 * stats.calls
