"""A run by macro-F1 from the file to the figures: decided, tested and shown by the whole table."""

from pathlib import Path

import numpy as np
import pytest
from run_files import ask, write_run
from tiny_run import OWNERS, Table, tiny_run, tiny_tables

import fedbbpt
from fedbbpt.api import Result
from fedbbpt.metrics.macro_f1 import MacroF1
from fedbbpt.runs.results import Cell

CUES = {"complaint": {"broken": 9.0}, "praise": {"late": 9.0, "wrong": 9.0, "today": 1.0}}
"""A model that takes most complaints for praise: its macro-F1 is no accuracy."""


def tables_in(folder: Path, **changes: object) -> Table:
    """Return a tiny run by macro-F1, with the places of the data, which are written too."""
    tiny_run(folder)
    scoring = {"metric": {"use": "macro_f1"}, "calibrate": "none", "calibration_examples": 8}
    endpoint = {"use": "scripted", "lexicon": CUES}
    tables = tiny_tables(scoring=scoring, endpoint=endpoint, **changes)
    for owner in tables["owner"]:
        owner["data"] = str(folder / owner["data"])
    return tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("macro")


@pytest.fixture(scope="module")
def finished(folder: Path) -> Result:
    tables = tables_in(folder, simulation={"baselines": True})
    return fedbbpt.optimize(tables, directory=folder / "kept")


def found(cells: tuple[Cell, ...], prompt: str, mode: str) -> Cell:
    (cell,) = (cell for cell in cells if (cell.prompt, cell.mode) == (prompt, mode))
    return cell


def test_scores_are_macro_f1_of_the_confusions_and_accuracy_stands_beside(
    finished: Result,
) -> None:
    test = finished.results.test

    assert test.accuracy is not None
    for confusion in test.confusion:
        counts = np.array(confusion.counts, dtype=np.float64)
        cell = found(test.cells, confusion.prompt, confusion.mode)
        beside = found(test.accuracy.cells, confusion.prompt, confusion.mode)
        assert cell.score == pytest.approx(float(MacroF1().of(counts)))
        assert beside.score == pytest.approx(np.trace(counts) / test.n)
        assert cell.score != pytest.approx(beside.score, abs=1e-3)
        assert cell.low < cell.score < cell.high
    start, tuned = (found(test.cells, name, "calibrated") for name in ("start", "tuned"))
    assert test.comparison.gain == pytest.approx(tuned.score - start.score)


def test_every_owner_and_baseline_is_measured_by_the_same_figure(finished: Result) -> None:
    test = finished.results.test

    assert [owner.owner for owner in test.owners] == list(OWNERS)
    for owner in test.owners:
        start, tuned = (found(owner.cells, name, "calibrated") for name in ("start", "tuned"))
        assert owner.comparison.gain == pytest.approx(tuned.score - start.score)
        assert 0 < owner.comparison.p_value <= 1
    tuned = found(test.cells, "tuned", "calibrated")
    assert len(test.baselines) == len(OWNERS) + 2
    for baseline in test.baselines:
        other = found(baseline.cells, baseline.name, "calibrated")
        assert baseline.comparison.gain == pytest.approx(tuned.score - other.score)


def test_the_gate_decides_by_the_figure_and_says_so(finished: Result) -> None:
    gate = finished.results.gate

    assert "in macro-F1" in gate.reason
    assert gate.accepted == (
        gate.comparison.gain > gate.noise_floor and gate.comparison.p_value < gate.alpha
    )


def test_the_same_run_again_asks_nothing_and_gives_the_same_bytes(
    finished: Result, folder: Path, tmp_path: Path
) -> None:
    results = finished.directory / "results.json"
    before = results.read_bytes()
    results.unlink()
    tables = tables_in(folder, simulation={"baselines": True})

    again = fedbbpt.optimize(tables, directory=folder / "kept")
    elsewhere = fedbbpt.optimize(tables, directory=tmp_path / "kept")

    assert again.stats.calls == finished.stats.calls
    assert results.read_bytes() == before
    assert (elsewhere.directory / "results.json").read_bytes() == before


def test_the_terminal_and_the_page_call_the_metric_by_its_name(tmp_path: Path) -> None:
    scoring = {"metric": "macro_f1", "calibration_examples": 8}
    write_run(tmp_path, scoring=scoring)

    said = ask(tmp_path, "run", "run.toml")

    assert said.exit_code == 0, said.output
    page = (tmp_path / "runs" / "tiny" / "report.html").read_text(encoding="utf-8")
    assert "macro-F1 on 48 test items" in said.stdout
    assert "Accuracy of the same answers, calibrated: start" in said.stdout
    assert "a macro-F1 of " in said.stdout
    assert "The macro-F1 of all owners\u2019 items together" in page
    assert "Accuracy of the same answers" in page
    assert "macro_f1" not in said.stdout
