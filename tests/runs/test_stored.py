"""What a run wrote is read back as it was, or refused with a word on what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from sample_inside import sample_inside
from sample_results import sample_results, sample_stats

from fedbbpt.errors import StorageError
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.report import render_report
from fedbbpt.runs.reprint import reprinted
from fedbbpt.runs.results import Results, Stats
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.runs.stored import read_stored


def written(folder: Path, *, simulation: bool = True) -> RunDirectory:
    (folder / "results.json").write_bytes(sample_results().encode())
    (folder / "stats.json").write_bytes(sample_stats().encode())
    if simulation:
        (folder / "simulation.json").write_bytes(sample_inside().encode())
    return RunDirectory(folder)


def changed(folder: Path, **changes: object) -> Path:
    path = written(folder).path / "results.json"
    body: dict[str, Any] = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps({k: v for k, v in body.items() if v != "gone"}), encoding="utf-8")
    return path


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    folder = written(tmp_path).path

    assert read_stored(folder / "results.json", Results) == sample_results()
    assert read_stored(folder / "stats.json", Stats) == sample_stats()
    assert read_stored(folder / "simulation.json", SimulationView) == sample_inside()


def test_fields_that_a_later_version_added_take_their_defaults(tmp_path: Path) -> None:
    path = changed(tmp_path, owner_coverage="gone")

    assert read_stored(path, Results).owner_coverage == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": True}, "seed: 'True' is of another kind"),
        ({"seed": "7"}, "seed: '7' is of another kind"),
        ({"gate": "gone"}, "no gate"),
        ({"gate": []}, "gate: expected an object"),
        ({"labels": "a"}, "labels: expected a list"),
        ({"rounds": [{"round": 1}]}, "rounds: no asked, best_loss"),
        ({"more": 1}, "unknown 'more'"),
        ({"schema": 99}, "this version reads schema 1"),
        ({"start": {"messages": [["user"]], "words": [], "characters": 1}}, "expected 2 parts"),
    ],
)
def test_what_no_run_writes_is_refused(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    path = changed(tmp_path, **changes)

    with pytest.raises(StorageError, match=r"results\.json: not what a run writes") as caught:
        read_stored(path, Results)

    assert said in str(caught.value)


def test_a_run_that_has_not_finished_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the run has not finished"):
        reprinted(RunDirectory(tmp_path))


def test_the_page_made_again_is_the_page_that_the_run_wrote(tmp_path: Path) -> None:
    directory = written(tmp_path)

    page = reprinted(directory)

    assert page == render_report(sample_results(), sample_stats(), sample_inside())
    assert reprinted(directory, examples=False) == render_report(sample_results(), sample_stats())


def test_a_simulation_of_an_older_version_has_a_page_without_examples(tmp_path: Path) -> None:
    page = reprinted(written(tmp_path, simulation=False))

    assert "Where it went wrong" not in page
