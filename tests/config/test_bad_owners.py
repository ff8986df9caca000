"""Owners and examples that cannot be used are refused before anything is asked."""

from pathlib import Path

import pytest
from tiny_run import (
    OWNERS,
    Table,
    dealt_tables,
    put,
    refusal,
    rows,
    tiny_prepared,
    tiny_run,
    tiny_tables,
    write_rows,
)

from fedbbpt.errors import DataError

ONE_CLASS = "all 40 examples have the label 'praise': every prompt that always says so is perfect"


def data_refusal(folder: Path, tables: Table) -> str:
    with pytest.raises(DataError) as caught:
        tiny_prepared(folder, tables)
    return str(caught.value)


def own_data(tables: Table) -> Table:
    """Return the tables of a run that is no simulation."""
    return {name: table for name, table in tables.items() if name != "simulation"}


def write_one_class(folder: Path) -> None:
    praise = [row for row in rows("it", 80) if row["target"] == "praise"]
    write_rows(folder / "one.jsonl", praise)


def test_two_owners_of_one_name_are_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path, put(tiny_tables(), "owner.1.name", "billing"))

    assert text == "[owner] name: 'billing' is given twice; owners need names of their own"


@pytest.mark.parametrize(
    "name", ["", "..", ".hidden", "../up", "a/b", "/tmp", "a\\b", "a b", "a\n", "é", "x" * 65]
)
def test_a_name_that_could_leave_the_run_folder_is_refused(tmp_path: Path, name: str) -> None:
    text = refusal(tmp_path, put(tiny_tables(), "owner.1.name", name))

    assert text.startswith(f"[owner 2] name: {name!r} is no name; use letters, digits")


def test_a_domain_that_could_leave_the_run_folder_becomes_no_owner(tmp_path: Path) -> None:
    tiny_run(tmp_path)
    write_rows(tmp_path / "up.jsonl", [{**row, "domain": "../../up"} for row in rows("it")])

    text = refusal(tmp_path, dealt_tables(path="up.jsonl"))

    assert f"{tmp_path}/up.jsonl: domain] name: '../../up' is no name; use letters" in text


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ({"name": "it"}, "[owner 1] data: missing; name the file of it's examples"),
        ({"file": "none.toml"}, "none.toml: no such client file"),
        ({"file": "broken.toml"}, "broken.toml: not TOML: "),
        ({"file": "strange.toml"}, "[owner 1] dato: unknown; did you mean 'data'?"),
        ({"file": "loop.toml"}, "loop.toml: file: a client file names no other; give its keys"),
        (
            {"file": "good.toml", "min_block": 16},
            "[owner 1] min_block: the client file says it; write it in ",
        ),
        ({"file": "key.toml"}, "[owner good.endpoint] key: a key does not belong in a file"),
    ],
)
def test_a_client_file_that_cannot_be_meant_is_refused(
    tmp_path: Path, owner: Table, said: str
) -> None:
    for name, content in {
        "broken": "name = ",
        "strange": 'dato = "it.jsonl"',
        "loop": 'file = "loop.toml"',
        "good": 'name = "good"\ndata = "it.jsonl"',
        "key": 'name = "good"\ndata = "it.jsonl"\n[endpoint]\nkey = "sk-canary"',
    }.items():
        (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")

    text = refusal(tmp_path, put(tiny_tables(), "owner.0", owner))

    assert said in text


@pytest.mark.parametrize("simulated", [True, False])
def test_a_missing_data_file_is_named(tmp_path: Path, simulated: bool) -> None:
    tables = put(tiny_tables(), "owner.1.data", "none.jsonl")

    text = data_refusal(tmp_path, tables if simulated else own_data(tables))

    assert text.startswith(f"{tmp_path}/none.jsonl: no such file; ")


def test_a_label_outside_the_set_is_named_with_its_line(tmp_path: Path) -> None:
    text = data_refusal(tmp_path, put(tiny_tables(), "task.labels", ["complaint", "prase"]))

    assert f"{tmp_path}/billing.jsonl, line 2: 'praise' is no label; did you mean 'prase'?" in text


def test_a_one_class_owner_of_a_simulation_is_warned_about(tmp_path: Path) -> None:
    write_one_class(tmp_path)

    notes = tiny_prepared(tmp_path, put(tiny_tables(), "owner.2.data", "one.jsonl")).notes

    assert any(note.startswith(f"it: {ONE_CLASS}") for note in notes)


def test_a_one_class_owner_of_own_data_is_refused(tmp_path: Path) -> None:
    write_one_class(tmp_path)

    text = data_refusal(tmp_path, own_data(put(tiny_tables(), "owner.2.data", "one.jsonl")))

    assert text.startswith(f"it: {ONE_CLASS}")
    assert text.endswith("add examples, or set allow_one_class = true")


def test_a_one_class_owner_who_knows_it_is_warned_about(tmp_path: Path) -> None:
    write_one_class(tmp_path)
    known = {"name": "it", "data": "one.jsonl", "allow_one_class": True}

    notes = tiny_prepared(tmp_path, own_data(put(tiny_tables(), "owner.2", known))).notes

    assert any(note.startswith(f"it: {ONE_CLASS}") for note in notes)


@pytest.mark.parametrize("role", ["dev", "test"])
def test_too_few_held_out_examples_are_refused(tmp_path: Path, role: str) -> None:
    few, none = (
        data_refusal(tmp_path, put(tiny_tables(), f"roles.{role}", count)) for count in (3, 0)
    )

    assert few == (
        f"billing: 3 {role} examples decide nothing; give it more examples or a larger "
        f"[roles] {role}"
    )
    assert none.startswith(f"billing: 0 {role} examples")


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"train": 0.5, "dev": 0.01, "test": 0.3}, "dev 0.01 of 40 is no example; raise it"),
        ({"train": 0.6, "dev": 0.3, "test": 0.2}, "the fractions sum to 1.1; they may sum to 1"),
        ({"train": 30, "dev": 8, "test": 8}, "46 examples are asked for, 40 are there"),
        ({"train": 20, "dev": 0.2, "test": 0.2}, "train is 20.0, with a fraction beside it"),
        ({"train": -8, "dev": 8, "test": 8}, "train is -8; give a fraction or a count, >= 0"),
    ],
)
def test_shares_that_cannot_be_met_are_refused(tmp_path: Path, roles: Table, said: str) -> None:
    text = data_refusal(tmp_path, tiny_tables(roles=roles))

    assert text.startswith("billing: [roles] shares: ")
    assert said in text


def test_less_training_than_the_smallest_block_is_refused(tmp_path: Path) -> None:
    tables = put(put(tiny_tables(), "search.block", 20), "owner.3.min_block", 20)

    text = data_refusal(tmp_path, tables)

    assert text.startswith("people: 16 training examples are below its smallest block of 20; ")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"split": "even"}, "[data] split: 'even' is unknown; use key, iid, dirichlet or one"),
        ({"split": "iid", "owners": 0}, "[data] owners: 0 is too few; give at least 1"),
        ({"split": "dirichlet", "alpha": 0.0}, "[data] alpha: 0.0 is out of range; give a number"),
        ({"split": "dirichlet", "min_size": 90}, "cannot give 4 owners a min_size of 90; lower"),
        ({"k_shot": -1}, "[data] k: -1 is too few; give at least 1 example a label"),
        ({"k_shot": 999}, "[data] k: 999 examples a label are asked for, label 'complaint' has 80"),
        ({"columns": {"imput": "x"}}, "[data.columns] imput: unknown; did you mean 'input'?"),
        ({"path": 5}, "[data] path: expected a text, got 5"),
    ],
)
def test_a_deal_that_cannot_be_made_is_refused(tmp_path: Path, data: Table, said: str) -> None:
    assert said in refusal(tmp_path, dealt_tables(**data))


def test_dealing_by_domain_needs_domains(tmp_path: Path) -> None:
    tiny_run(tmp_path)
    write_rows(tmp_path / "all.jsonl", [{**row, "domain": ""} for row in rows(OWNERS[0])])

    text = refusal(tmp_path, dealt_tables(split="key"))

    assert text.startswith("[data] example 'billing-000' has no domain; fill the column")
