"""The small parts of a comparison: seeds, CSV files, finished cells and their prompts."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_run import tiny_run, tiny_tables

from fedbbpt.errors import ConfigError, StorageError
from fedbbpt.experiment.compare.cells import Cell, CellResult, Cost, Gated, Step
from fedbbpt.experiment.compare.plan import Plan, Question, plan_of
from fedbbpt.experiment.compare.seeds import parse_seeds
from fedbbpt.experiment.compare.shelf import Kept, Shelf
from fedbbpt.experiment.compare.tables import STEERING, csv_cell, csv_text
from fedbbpt.prompts import Message, Prompt
from fedbbpt.runs.directory import RunDirectory

PROMPT = Prompt((Message("user", "Say {input}"),), ("a", "b"))
FOUND = CellResult(
    cell=Cell("halving", "halving", 3),
    prompt=PROMPT,
    point=(3.0, 0.5),
    requests=64,
    rounds=2,
    ended="finished",
    missing=1,
    cost=Cost(60, 700, 60, 900, 800),
    written=4,
    steps=(Step(1, Cost(40, 500, 40, 500, 400), 0.5), Step(2, Cost(60, 700, 60, 900, 800), None)),
    gate=Gated(accepted=True, reason="better", cost=Cost(20, 200, 20)),
)


def plan_in(folder: Path, **changes: object) -> Plan:
    tables = tiny_tables(search={"block": 8, "requests": 200}, **changes)
    return plan_of(Question(tiny_run(folder, tables), ("halving",), (0, 1)), {})


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("0-4", (0, 1, 2, 3, 4)), ("0,3", (0, 3)), ("7", (7,)), ("2..3, 2", (2, 3))],
)
def test_seeds_are_read_as_people_write_them(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3-1", "0-100", "-1", "1,,2", "0-1e3"])
def test_what_names_no_seeds_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--seeds"):
        parse_seeds(text)


@given(st.text(max_size=20))
def test_no_text_of_a_csv_file_is_taken_for_a_formula(text: str) -> None:
    cell = csv_cell(text)

    assert not cell.startswith(STEERING)


def test_numbers_of_a_csv_file_read_back_as_they_were() -> None:
    text = csv_text(("a", "b"), [(-0.1, 3), (1e-9, None)])

    assert [line.split(",") for line in text.splitlines()] == [
        ["a", "b"],
        ["-0.1", "3"],
        ["1e-09", ""],
    ]


def test_a_finished_cell_reads_back_as_it_was() -> None:
    kept = json.loads(json.dumps(FOUND.payload()))

    assert CellResult.from_payload(kept) == FOUND


@pytest.mark.parametrize("change", [{"schema": 99}, {"rounds": "2"}, {"cost": {"calls": "x"}}])
def test_a_cell_of_another_version_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="version"):
        CellResult.from_payload({**json.loads(json.dumps(FOUND.payload())), **change})


def test_a_finished_cell_is_found_again_and_that_of_another_task_is_not(tmp_path: Path) -> None:
    plan, other = plan_in(tmp_path), plan_in(tmp_path, scoring={"calibration_examples": 4})
    directory = RunDirectory(tmp_path / "kept")
    Shelf(directory, plan.base).put(plan.contenders["halving"], Kept(FOUND, 1.5))

    again = Shelf(directory, plan.base).find(FOUND.cell, plan.contenders["halving"])
    elsewhere = Shelf(directory, other.base).find(FOUND.cell, other.contenders["halving"])

    assert again == Kept(FOUND, 1.5)
    assert elsewhere is None


def test_a_damaged_cell_is_said_and_not_used(tmp_path: Path) -> None:
    plan, directory = plan_in(tmp_path), RunDirectory(tmp_path / "kept")
    shelf = Shelf(directory, plan.base)
    shelf.put(plan.contenders["halving"], Kept(FOUND, 1.5))
    (path,) = (tmp_path / "kept" / "cells").iterdir()
    path.write_text("{", encoding="utf-8")

    with pytest.raises(StorageError, match="delete this file"):
        shelf.find(FOUND.cell, plan.contenders["halving"])


def test_the_seed_of_a_search_changes_no_split(tmp_path: Path) -> None:
    tables = tiny_tables(search={"block": 8, "requests": 200})
    first = plan_of(Question(tiny_run(tmp_path, tables), ("halving",), (0,)), {})
    second = plan_of(Question(tiny_run(tmp_path, tables), ("halving",), (9,)), {})

    assert first.base.data == second.base.data
    assert first.base.run.roles.seed == tables["seed"]


def test_what_only_a_simulation_may_show_is_left_out_and_said(tmp_path: Path) -> None:
    tables = tiny_tables(search={"block": 8, "requests": 200})
    del tables["simulation"]

    plan = plan_of(Question(tiny_run(tmp_path, tables), ("halving",), (0,)), {})

    assert {cell.hand for cell in plan.cells} == {"all"}
    assert "[simulation]" in plan.left_out["local only"]
    assert "[simulation]" in plan.left_out["pooled"]
