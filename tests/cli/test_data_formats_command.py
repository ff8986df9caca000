"""Parquet files and saved data sets on the command line: from ``init`` to a planned run."""

import json
from pathlib import Path

import pytest
from init_files import dry_run
from made_files import tickets
from run_files import ask, files_of
from tiny_run import OWNERS, refusal, rows, tiny_prepared, tiny_tables

from fedbbpt.config.runfile import load_run

pa = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")


def ticket_columns(count: int = 160) -> dict[str, list[str]]:
    header, *table = tickets(count, ("north", "south"))
    return {name: [row[place] for row in table] for place, name in enumerate(header)}


def save_two_splits(folder: Path) -> None:
    """Write a data set with classes and two splits, of 160 and 80 rows, as ``folder``/saved."""
    library = pytest.importorskip("datasets", reason="the extra hf is not installed")
    library.disable_progress_bars()
    sizes = {"train": 160, "test": 80}
    made = {name: library.Dataset.from_dict(ticket_columns(n)) for name, n in sizes.items()}
    splits = {name: one.class_encode_column("label") for name, one in made.items()}
    library.DatasetDict(splits).save_to_disk(folder / "saved")


def test_a_parquet_file_gives_a_run_that_can_start(tmp_path: Path) -> None:
    pq.write_table(pa.table(ticket_columns()), tmp_path / "tickets.parquet")

    said = ask(tmp_path, "init", "tickets.parquet")

    assert said.exit_code == 0, said.output
    assert "160 rows" in said.stdout
    assert "Parquet" in said.stdout
    prepared = dry_run(tmp_path / "run.toml")
    assert prepared.run.task.name == "tickets"
    assert [owner.data.owner for owner in prepared.owners] == ["north", "south"]


def test_a_saved_split_gives_a_run_that_can_start_from_another_folder(tmp_path: Path) -> None:
    save_two_splits(tmp_path)
    (tmp_path / "deep").mkdir()

    said = ask(tmp_path, "init", "hf:saved#train", "--out", "deep/run.toml")

    assert said.exit_code == 0, said.output
    run = load_run(tmp_path / "deep" / "run.toml")
    assert run.data is not None
    assert run.data.path == "hf:../saved#train"
    prepared = dry_run(tmp_path / "deep" / "run.toml")
    assert sorted(run.task.labels) == ["routine", "urgent"]
    assert "Written by fedbbpt init from hf:./saved#train" in (
        tmp_path / "deep" / "run.toml"
    ).read_text(encoding="utf-8")
    assert not [note for note in prepared.notes if "hub" in note]


def test_a_data_set_with_several_splits_is_refused_with_their_names(tmp_path: Path) -> None:
    save_two_splits(tmp_path)

    said = ask(tmp_path, "init", "hf:./saved")

    assert said.exit_code == 1
    assert "say which, for example hf:./saved#train (present: 'test', 'train')" in said.stderr
    assert said.stderr.count("\n") == 1
    assert "run.toml" not in files_of(tmp_path)


def test_an_object_in_a_row_is_refused_by_its_row(tmp_path: Path) -> None:
    columns = {**ticket_columns(), "meta": [None, {"label": "x"}] * 80}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")

    refused = ask(tmp_path, "init", "t.parquet")
    told = ask(tmp_path, "init", "t.parquet", "--input", "meta", "--target", "label")
    named = ask(tmp_path, "init", "t.parquet", "--input", "text", "--target", "label")

    assert "t.parquet, row 2: 'meta' holds a list or an object" in refused.stderr
    assert "'meta' holds a list or an object on row 2" in told.stderr
    assert named.exit_code == 0, named.output


def test_owners_in_every_format_give_the_same_splits(tmp_path: Path) -> None:
    tables = tiny_tables()
    plain = tiny_prepared(tmp_path, tables)
    columns = {name: [row[name] for row in rows("it")] for name in rows("it")[0]}
    pq.write_table(pa.table(columns), tmp_path / "it.parquet")
    (tmp_path / "people.json").write_text(json.dumps(rows("people")), encoding="utf-8")
    tables["owner"][2]["data"] = "it.parquet"
    tables["owner"][3]["data"] = "people.json"

    mixed = tiny_prepared(tmp_path, tables)

    assert tuple(mixed.data) == OWNERS
    assert mixed.data == plain.data
    assert mixed.run.identity == plain.run.identity


def test_an_owners_data_set_is_found_from_the_folder_of_its_client_file(tmp_path: Path) -> None:
    library = pytest.importorskip("datasets", reason="the extra hf is not installed")
    library.disable_progress_bars()
    library.Dataset.from_list(rows("it")).save_to_disk(tmp_path / "site" / "saved")
    (tmp_path / "site" / "client.toml").write_text('data = "hf:saved"\n', encoding="utf-8")
    tables = tiny_tables()
    plain = tiny_prepared(tmp_path, tables)
    tables["owner"][2] = {"name": "it", "file": "site/client.toml"}

    loaded = tiny_prepared(tmp_path, tables)

    assert loaded.data == plain.data
    assert loaded.run.owners[2].data == f"hf:{tmp_path / 'site' / 'saved'}"


def test_a_data_set_that_cannot_be_meant_is_refused_by_its_owner(tmp_path: Path) -> None:
    tables = tiny_tables()
    tables["owner"][1]["data"] = "hf:a/b/c"

    assert "[owner 2] data: hf:a/b/c: neither a folder nor the name" in refusal(tmp_path, tables)
