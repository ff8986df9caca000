"""Whole runs in which the user's own function asks and scores: ``optimize(run, evaluator=...)``."""

import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from no_pauses import stop_pausing
from run_files import ask, files_of
from tiny_run import LABELS, OWNERS, Table, put, tiny_run, tiny_tables, toml

import fedbbpt
from fedbbpt.errors import BudgetError, ConfigError, OutageError, QuorumError, StorageError
from fedbbpt.metrics.returned import name_of

Json = Mapping[str, Any]
CANARY = "canary-info"
CUES = {"complaint": ("broken", "late", "wrong"), "praise": ("thanks", "kind", "smooth")}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_pausing(monkeypatch)


def tables(folder: Path, **changes: object) -> Table:
    """Return the tiny run's tables with the places of its data, and without an endpoint."""
    tiny_run(folder)
    made = tiny_tables(**changes)
    del made["endpoint"]
    for owner in made["owner"]:
        owner["data"] = str(folder / owner["data"])
    return made


class Longer:
    """Scores a candidate by the length of its user message; remembers what it was asked.

    Attributes:
        asked: how often each pair of candidate and example came.
        kind: of the exceptions that it raises.
        faults: exceptions left to raise for each example id.
    """

    def __init__(self, kind: type[Exception] = ConnectionError, **faults: int) -> None:
        self.kind = kind
        self.asked: Counter[tuple[str, str]] = Counter()
        self.faults = Counter(faults)

    def __call__(self, candidate: Json, example: Json) -> tuple[float, dict[str, str]]:
        identifier = example["id"].replace("-", "_")
        if self.faults[identifier] > 0:
            self.faults[identifier] -= 1
            raise self.kind(example["input"])
        self.asked[orjson.dumps(candidate).decode(), example["id"]] += 1
        luck = sum(map(ord, example["input"])) % 7 / 70
        size = len(candidate["user"]) + len(candidate["system"])
        return min(1.0, size / 400 + luck), {"why": CANARY}


def test_a_function_alone_tunes_a_prompt(tmp_path: Path) -> None:
    evaluator = Longer()

    result = fedbbpt.optimize(tables(tmp_path), evaluator=evaluator, directory=tmp_path / "run")

    gate = result.results.gate
    assert result.results.metric == "evaluator"
    assert gate.accepted
    assert gate.comparison.gain > 0.05
    assert result.results.tuned.characters > result.results.start.characters
    assert result.stats.calls == sum(evaluator.asked.values())
    # The start on dev is evaluated twice on purpose: that is the noise floor.
    assert set(evaluator.asked.values()) == {1, 2}


def test_where_data_goes_names_the_function(tmp_path: Path) -> None:
    result = fedbbpt.optimize(tables(tmp_path), evaluator=Longer(), directory=tmp_path / "run")

    (place,) = {owner.destination for owner in result.results.owners}
    assert name_of(Longer()) in place
    assert result.tuned.labels == LABELS


def test_info_stays_in_the_journal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = tables(tmp_path)
    del made["simulation"]  # which may show worst examples

    with caplog.at_level(logging.DEBUG):
        fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "run")

    holding = {name for name, data in files_of(tmp_path / "run").items() if CANARY.encode() in data}
    assert holding == {"calls.log"}
    assert CANARY not in caplog.text


def test_a_run_that_stopped_goes_on_without_evaluating_again(tmp_path: Path) -> None:
    made, first, second = tables(tmp_path), Longer(), Longer()
    with pytest.raises(BudgetError):
        fedbbpt.optimize(
            put(made, "caps.calls", 150), evaluator=first, directory=tmp_path / "stopped"
        )

    stopped = fedbbpt.optimize(made, evaluator=second, directory=tmp_path / "stopped")

    whole = fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "whole")
    assert 0 < sum(first.asked.values()) <= 150
    assert sum((first.asked + second.asked).values()) == whole.stats.calls
    assert stopped.stats.calls == whole.stats.calls
    for name in ("results.json", "tuned.json", "owners/it.json"):
        halted, at_once = (tmp_path / kind / name for kind in ("stopped", "whole"))
        assert halted.read_bytes() == at_once.read_bytes()


def test_an_exception_is_tried_again_and_changes_nothing(tmp_path: Path) -> None:
    made = tables(tmp_path)
    smooth = fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "smooth")

    rough = fedbbpt.optimize(
        made, evaluator=Longer(it_003=2, billing_010=1), directory=tmp_path / "rough"
    )

    assert rough.results == smooth.results
    assert rough.results.coverage.missing == 0
    assert rough.stats.failed == 3


def test_what_always_raises_is_missing_and_counted_but_never_a_zero(tmp_path: Path) -> None:
    made = tables(tmp_path, roles={"train": 8, "dev": 24, "test": 8})
    evaluator = Longer(ZeroDivisionError, it_003=10_000)

    result = fedbbpt.optimize(made, evaluator=evaluator, directory=tmp_path / "run")

    whole = fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "whole")
    missing = result.results.coverage.missing
    assert missing > 0
    assert result.results.coverage.asked == whole.results.coverage.asked
    for ours, theirs in zip(result.results.test.cells, whole.results.test.cells, strict=True):
        assert abs(ours.score - theirs.score) < 0.02


def test_what_cannot_be_reached_pauses_the_run_which_then_ends_as_if_it_had_been(
    tmp_path: Path,
) -> None:
    made = tables(tmp_path)
    fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "whole")

    with pytest.raises(OutageError, match=r"again and again \(ConnectionError \(test_") as caught:
        fedbbpt.optimize(made, evaluator=Longer(it_003=999), directory=tmp_path / "run")
    fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "run")

    assert "it message" not in str(caught.value)
    left = [(tmp_path / folder / "results.json").read_bytes() for folder in ("run", "whole")]
    assert left[0] == left[1]


def test_a_function_that_always_raises_ends_with_kind_and_place_and_no_input(
    tmp_path: Path,
) -> None:
    def broken(_candidate: Json, example: Json) -> float:
        raise KeyError(example["input"])

    with pytest.raises(QuorumError, match=r"x KeyError \(test_evaluator_runs.py, line") as caught:
        fedbbpt.optimize(tables(tmp_path), evaluator=broken, directory=tmp_path / "run")

    assert "ticket" not in str(caught.value)


def test_a_wrong_return_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"returned a value of type str; return a number"):
        fedbbpt.optimize(
            tables(tmp_path), evaluator=lambda _c, _e: "good", directory=tmp_path / "run"
        )


def test_other_code_does_not_go_on_with_a_run(tmp_path: Path) -> None:
    def scored(candidate: Json, _example: Json) -> float:
        return min(1.0, len(candidate["user"]) / 400)

    fedbbpt.optimize(tables(tmp_path), evaluator=scored, directory=tmp_path / "run")

    def scored(candidate: Json, _example: Json) -> float:  # type: ignore[no-redef]
        return min(1.0, len(candidate["user"]) / 300)

    with pytest.raises(StorageError, match="another run directory"):
        fedbbpt.optimize(tables(tmp_path), evaluator=scored, directory=tmp_path / "run")


MODULE = """
def score(candidate, example):
    return min(1.0, len(candidate["user"]) / 300)
"""


def test_the_command_line_takes_an_evaluator_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_scores.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "run.toml"
    path.write_text(toml(tables(tmp_path, evaluator="my_scores:score")), encoding="utf-8")

    plan = " ".join(ask(tmp_path, "run", "run.toml", "--dry-run").output.split())
    said = ask(tmp_path, "run", "run.toml")
    again = ask(tmp_path, "resume", "runs/tiny")

    assert "the function my_scores:score" in plan
    assert " evaluations" in plan
    assert said.exit_code == again.exit_code == 0
    assert {path.name for path in (tmp_path / "runs/tiny/owners").iterdir()} == {
        f"{owner}.json" for owner in OWNERS
    }


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"endpoint": {"use": "scripted"}}, r"^\[endpoint\] an evaluator"),
        ({"judge": {"use": "scripted"}}, r"^\[judge\] an evaluator"),
        ({"scoring": {"metric": "exact"}}, r"^\[scoring\] metric: an evaluator"),
        ({"caps": {"tokens": 9}}, r"^\[caps\] tokens: "),
        ({"evaluator": {"concurrency": 0}}, r"^\[evaluator\] concurrency"),
        ({"evaluator": {"speed": 1}}, r"^\[evaluator\] speed: unknown"),
    ],
)
def test_what_an_evaluator_replaces_is_refused_beside_it(
    tmp_path: Path, changes: Table, named: str
) -> None:
    made = {**tables(tmp_path), **changes}

    with pytest.raises(ConfigError, match=named):
        fedbbpt.optimize(made, evaluator=Longer(), directory=tmp_path / "run")


@pytest.mark.parametrize("use", ["score", "no_such_module:score", "fedbbpt:__version__"])
def test_an_evaluator_that_cannot_be_found_is_refused(tmp_path: Path, use: str) -> None:
    with pytest.raises(ConfigError, match=r"^\[evaluator\] use = "):
        fedbbpt.optimize(tables(tmp_path, evaluator=use), directory=tmp_path / "run")
