from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest
from whole_runs import (
    LEXICON,
    SCRIPTED,
    TEXT_RECIPES,
    complete,
    final_bytes,
    journalled,
    run_command,
    run_table,
    stats,
    tune,
    write_run,
)

from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Stats

NOTHING_SPENT = Stats(0, 0, 0, 0, 0, 0, 0, 0.0, 1)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("reference")
    return complete(write_run(folder, run_table(SCRIPTED)), folder / "run")


def test_the_run_of_these_tests_is_worth_comparing(reference: dict[str, bytes]) -> None:
    results = orjson.loads(reference["results.json"])

    assert results["gate"]["accepted"]
    assert results["tuned"] != results["start"]
    assert len(results["rounds"]) == 2
    assert {"tuned.json", "owners/billing.json", "owners/it.json"} < reference.keys()


@pytest.mark.parametrize(
    ("endpoint", "variables"),
    [
        ({"concurrency": 1}, {"PYTHONHASHSEED": "0"}),
        ({"concurrency": 64}, {"PYTHONHASHSEED": "1"}),
        ({"concurrency": 64, "latency_seconds": 0.02}, {}),
        ({"concurrency": 5, "latency_seconds": 0.005, "fail_every": 9}, {}),
    ],
    ids=["one at a time", "64 at once", "replies in any order", "faults that pass"],
)
def test_the_pace_of_the_endpoint_changes_no_byte(
    reference: dict[str, bytes],
    endpoint: Mapping[str, object],
    variables: dict[str, str],
    tmp_path: Path,
) -> None:
    file = write_run(tmp_path, run_table({**SCRIPTED, **endpoint}))

    left = complete(file, tmp_path / "run", **variables)

    assert left == reference
    assert (stats(tmp_path / "run")["failed"] > 0) == ("fail_every" in endpoint)


def test_a_finished_run_started_again_pays_nothing_and_changes_no_byte(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, run_table(SCRIPTED)), tmp_path / "run"
    tune(file, directory)
    calls = (directory / "calls.log").read_bytes()

    complete(file, directory)

    assert final_bytes(directory) == reference
    assert (directory / "calls.log").read_bytes() == calls


def test_a_run_killed_on_its_way_and_resumed_changes_no_byte_and_pays_no_call_twice(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, run_table(SCRIPTED)), tmp_path / "run"
    killed = run_command("run", file, "--dir", directory, FEDBBPT_CRASH_AT="300")

    resumed = run_command("resume", directory)

    assert killed.returncode == -9
    assert resumed.returncode == 0, resumed.stderr
    assert final_bytes(directory) == reference
    assert set(journalled(directory, "done").values()) == {1}


def test_another_place_of_the_files_and_another_clock_change_no_byte(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    deep = tmp_path / "some folder with spaces" / "é"
    file = write_run(deep, run_table(SCRIPTED), "other name.toml")

    tune(file, tmp_path / "runs" / "elsewhere")

    assert final_bytes(tmp_path / "runs" / "elsewhere") == reference


def test_the_report_differs_only_by_what_the_run_cost(tmp_path: Path) -> None:
    slow = {**SCRIPTED, "concurrency": 1, "latency_seconds": 0.001}
    finished = [
        tune(write_run(tmp_path / name, run_table(endpoint)), tmp_path / name / "run")
        for name, endpoint in (("fast", SCRIPTED), ("slow", slow))
    ]

    reports = {render_report(run.results, NOTHING_SPENT) for run in finished}

    assert len(reports) == 1
    assert finished[0].stats.seconds != finished[1].stats.seconds


@pytest.mark.parametrize("recipe", TEXT_RECIPES)
def test_every_recipe_gives_the_same_bytes_at_any_pace(recipe: str, tmp_path: Path) -> None:
    paces: dict[str, dict[str, object]] = {
        "calm": {"concurrency": 1},
        "hasty": {"concurrency": 64, "latency_seconds": 0.05, "fail_every": 11},
    }
    search = {"candidates": 4, "block": 8, "requests": 300, "rounds": 3}

    for name, pace in paces.items():
        table = run_table({**SCRIPTED, **pace}, recipe=recipe, search=search)
        tune(write_run(tmp_path / name, table), tmp_path / name / "run")

    assert final_bytes(tmp_path / "calm/run") == final_bytes(tmp_path / "hasty/run")


def test_another_seed_and_another_model_are_told_apart(
    reference: dict[str, bytes], tmp_path: Path
) -> None:
    lexicon = {word: dict(reversed(cues.items())) for word, cues in LEXICON.items()}
    tables = {
        "seed": run_table(SCRIPTED, seed=30),
        "model": run_table({**SCRIPTED, "seed": 1}),
        "order of cues": run_table({**SCRIPTED, "lexicon": lexicon}),
    }

    left = {}
    for name, table in tables.items():
        tune(write_run(tmp_path / name, table), tmp_path / name / "run")
        left[name] = final_bytes(tmp_path / name / "run")["results.json"]

    assert left["seed"] != reference["results.json"]
    assert left["model"] != reference["results.json"]
    assert left["order of cues"] == reference["results.json"]


def test_requests_and_hits_are_counted_in_stats_alone(tmp_path: Path) -> None:
    finished = tune(write_run(tmp_path, run_table(SCRIPTED)), tmp_path / "run")

    results = finished.results.encode()

    assert results == final_bytes(tmp_path / "run")["results.json"]
    assert b'"calls"' not in results
    assert b'"hits"' not in results
    assert b'"seconds"' not in results
