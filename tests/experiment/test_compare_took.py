"""What a comparison's rows took stands apart from what same answers decide."""

import csv
from dataclasses import fields, replace
from pathlib import Path

import pytest
from tiny_run import tiny_run, tiny_tables

from fedbbpt.experiment.compare.assembling import Findings
from fedbbpt.experiment.compare.cells import Cell, CellResult, Cost, Gated, Step
from fedbbpt.experiment.compare.outcome import SCHEMA, Spent, Stood
from fedbbpt.experiment.compare.plan import LOCAL, Question, plan_of
from fedbbpt.experiment.compare.tables import (
    COST_COLUMNS,
    MARKDOWN_COLUMNS,
    ROW_COLUMNS,
    SEED_COLUMNS,
    costs_csv,
)
from fedbbpt.experiment.compare.took import Took, taken
from fedbbpt.prompts import Message, Prompt

WITHOUT = ("random", "hand-written", "random exemplars", "pooled")


def found(cell: Cell) -> CellResult:
    """Return a cell that read 100 and wrote 10 tokens, its gate half of that."""
    return CellResult(
        cell=cell,
        prompt=Prompt((Message("user", "Say {input}"),), ("a", "b")),
        point=(0.0,),
        requests=8,
        rounds=1,
        ended="finished",
        missing=0,
        cost=Cost(8, 100, 10, 50, 60),
        written=0,
        steps=(Step(1, Cost(8, 100, 10, 50, 60), 0.5),),
        gate=None if cell.owner else Gated(accepted=True, reason="", cost=Cost(4, 50, 5)),
    )


@pytest.fixture
def took(tmp_path: Path) -> tuple[Took, ...]:
    tables = tiny_tables(search={"block": 8, "requests": 200})
    question = Question(tiny_run(tmp_path, tables), ("halving",), (0, 1), WITHOUT)
    plan = plan_of(question, {})
    cells = {cell: found(cell) for cell in plan.cells}
    again = {c: found(c) for c in plan.cells if c.row == "halving"}
    seconds = {cell.name: 2.0 for cell in plan.cells}
    return taken(Findings(plan, cells, again, 1), seconds)


def test_a_row_has_the_tokens_and_the_time_of_a_seed(took: tuple[Took, ...]) -> None:
    by_row = {(one.equal, one.row): one for one in took}

    alone = by_row["requests", f"{LOCAL}, own test"]
    owners = round(alone.seconds / 2)
    assert by_row["requests", "halving"] == Took("halving", "requests", 150.0, 15.0, 2.0)
    assert by_row["rounds", "halving"] == Took("halving", "rounds", 150.0, 15.0, 2.0)
    assert owners >= 2
    assert (alone.prompt_tokens, alone.tokens) == (100.0 * owners, 110.0 * owners)


def test_the_figures_make_a_csv_file_of_their_own(took: tuple[Took, ...]) -> None:
    lines = list(csv.DictReader(costs_csv(took).splitlines()))

    assert tuple(lines[0]) == COST_COLUMNS
    assert lines[0]["row"] == "halving"
    assert float(lines[0]["seconds"]) == 2.0


def test_what_same_answers_decide_holds_no_tokens_and_no_time() -> None:
    named = {field.name for kind in (Spent, Stood) for field in fields(kind)} | {*ROW_COLUMNS}
    first = Step(1, Cost(8, 100, 10, 50, 60), 0.5)
    second = replace(first, cost=Cost(8, 101, 10, 50, 60))

    assert not {name for name in named if "token" in name or "second" in name}
    assert Stood.of(first) == Stood.of(second)
    assert SCHEMA == 2


def test_a_p_value_is_named_after_its_rule() -> None:
    assert {"p_over_examples", "holm_over_examples"} <= set(ROW_COLUMNS)
    assert "p_paired" in SEED_COLUMNS
    assert "p over examples alone (Holm)" in MARKDOWN_COLUMNS
    assert MARKDOWN_COLUMNS.count("95 %, examples and seeds") == 2
    assert not {"p_value", "holm"} & {*ROW_COLUMNS, *SEED_COLUMNS}
