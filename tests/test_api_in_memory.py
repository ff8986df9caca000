"""``fedbbpt.optimize`` takes examples in memory, as a file would give them."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tiny_run import OWNERS, Table, put, rows, tiny_tables, toml, write_owners

import fedbbpt
from fedbbpt import Example
from fedbbpt.api import Result
from fedbbpt.cli import main
from fedbbpt.errors import BudgetError, ConfigError, DataError, StorageError

DATA = {owner: rows(owner) for owner in OWNERS}


def memory_tables(**changes: object) -> Table:
    """Return the tiny run's tables without files: the owners are those of the examples."""
    tables = tiny_tables(**changes)
    tables.pop("owner")
    return tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("memory")


@pytest.fixture(scope="module")
def finished(folder: Path) -> Result:
    return fedbbpt.optimize(memory_tables(), data=DATA, directory=folder / "kept")


def test_examples_in_memory_end_in_the_bytes_of_the_same_files(
    finished: Result, tmp_path: Path
) -> None:
    write_owners(tmp_path)
    (tmp_path / "run.toml").write_text(toml(tiny_tables()), encoding="utf-8")

    by_file = fedbbpt.optimize(tmp_path / "run.toml", directory=tmp_path / "kept")

    assert tuple(finished.owners) == OWNERS
    for name in ("results.json", "tuned.json", "owners/it.json"):
        assert (finished.directory / name).read_bytes() == (by_file.directory / name).read_bytes()


def test_no_example_is_kept_in_the_clear(finished: Result) -> None:
    kept = [path for path in finished.directory.rglob("*") if path.suffix in {".json", ".txt"}]

    assert kept
    assert not [path for path in kept if DATA["it"][0]["input"] in path.read_text("utf-8")]


def test_a_stopped_run_goes_on_with_the_same_data(finished: Result, tmp_path: Path) -> None:
    with pytest.raises(BudgetError):
        fedbbpt.optimize(memory_tables(caps={"calls": 150}), data=DATA, directory=tmp_path / "kept")

    examples = {
        owner: [Example(e["id"], e["input"], (e["target"],), e["domain"]) for e in entries]
        for owner, entries in DATA.items()
    }
    result = fedbbpt.optimize(memory_tables(), data=examples, directory=tmp_path / "kept")

    assert result.results == finished.results
    assert result.stats.calls == finished.stats.calls


def test_other_examples_do_not_enter_the_folder(finished: Result) -> None:
    other = {**DATA, "it": rows("elsewhere")}

    with pytest.raises(StorageError, match="holds another run"):
        fedbbpt.optimize(memory_tables(), data=other, directory=finished.directory)


def test_resume_says_that_the_examples_have_to_be_given_again(finished: Result) -> None:
    said = CliRunner().invoke(main, ["resume", str(finished.directory)])

    assert said.exit_code == 2
    assert "given from Python and are not kept; go on with fedbbpt.optimize" in said.stderr


def test_owners_with_files_and_owners_in_memory_go_together(tmp_path: Path) -> None:
    write_owners(tmp_path)
    owners = tiny_tables()["owner"]
    owners[2] = {"name": "it", "columns": {"input": "text"}}
    (tmp_path / "run.toml").write_text(toml(tiny_tables(owner=owners)), encoding="utf-8")
    entries = [{"text": e["input"], "target": e["target"]} for e in DATA["it"]]

    result = fedbbpt.optimize(
        tmp_path / "run.toml", data={"it": entries}, directory=tmp_path / "kept"
    )

    assert tuple(result.owners) == OWNERS


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({**DATA, "it": []}, "data['it']: no example in it"),
        ({**DATA, "it": "it.jsonl"}, "data['it']: not a list of examples but a str"),
        (
            {**DATA, "it": [{"input": "x", "target": "late"}]},
            "data['it'], entry 1: 'late' is no label",
        ),
        ({**DATA, "it": DATA["it"][:1]}, "it: "),
    ],
)
def test_examples_that_cannot_be_used_are_refused_before_anything_is_kept(
    tmp_path: Path, data: dict[str, list[Example]], words: str
) -> None:
    with pytest.raises(DataError) as caught:
        fedbbpt.optimize(memory_tables(), data=data, directory=tmp_path / "kept")

    assert str(caught.value).startswith(words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [[{"input": "canary"}], "canary", {1: [{"input": "canary"}]}])
def test_what_is_not_examples_by_owner_is_refused_without_showing_it(data: object) -> None:
    with pytest.raises(ConfigError, match="data: not examples by owner; give") as caught:
        fedbbpt.optimize(memory_tables(), data=data)  # type: ignore[arg-type]

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (tiny_tables(), "[owner 1] data: the examples of billing are given in memory too"),
        (
            tiny_tables(owner=[{"name": "it"}]),
            "data['billing']: no [[owner]] has this name; owners are it",
        ),
        (memory_tables(data={"path": "all.jsonl"}), "[data] deals one set, and owners' examples"),
        (
            put(tiny_tables(), "owner.0", {"name": "north"}),
            "[owner 1] data: missing; name the file",
        ),
    ],
)
def test_an_owner_has_its_examples_from_one_place(tables: Table, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fedbbpt.optimize(tables, data=DATA)

    assert words in str(caught.value)


def test_an_empty_mapping_is_no_owner() -> None:
    with pytest.raises(ConfigError, match=r"give either \[data\]"):
        fedbbpt.optimize(memory_tables(), data={})
