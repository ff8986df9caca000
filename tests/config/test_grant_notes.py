"""What a run says where instructions are written at owners that grant none."""

from pathlib import Path

import pytest
from run_files import ask, write_run
from tiny_run import tiny_prepared, tiny_tables

from fedbbpt.runs.results import Results
from fedbbpt.runs.stored import read_stored

SAID = "no instruction is written: reflection writes at owners, and none of the 4 grants its texts"
REFLECTING = {
    "recipe": "gepa-like",
    "space": {"use": "instructions", "limit": 3},
    "optimizer": {},
    "search": {"block": 8, "requests": 400},
}


def test_without_any_grant_output_and_results_say_that_nothing_is_written(tmp_path: Path) -> None:
    write_run(tmp_path, **REFLECTING)

    said = ask(tmp_path, "run", "run.toml")

    results = read_stored(tmp_path / "runs" / "tiny" / "results.json", Results)
    assert said.exit_code == 0
    assert SAID in " ".join(said.output.split())
    assert any(note.startswith(SAID) for note in results.notes)
    assert results.bank is not None
    assert results.bank.joined == 0


@pytest.mark.parametrize(
    ("place", "grants"),
    [("simulation", {"texts": True}), ("owner", {"grants": {"texts": True}})],
)
def test_a_grant_of_one_or_all_leaves_no_note(
    tmp_path: Path, place: str, grants: dict[str, object]
) -> None:
    tables = tiny_tables(**REFLECTING)
    target = tables["owner"][0] if place == "owner" else tables["simulation"]
    target.update(grants)

    prepared = tiny_prepared(tmp_path, tables)

    assert not any("no instruction is written" in note for note in prepared.notes)


def test_a_proposer_at_the_server_needs_no_grant(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, tiny_tables(**{**REFLECTING, "recipe": "grips"}))

    assert not any("no instruction is written" in note for note in prepared.notes)
