"""``fedbbpt init``: what it says and writes, and what it refuses."""

import re
import tomllib
from pathlib import Path

import pytest
from init_files import SCRIPTED, changed, dry_run, init
from made_files import as_csv, tickets, write_table
from run_files import ask, files_of

from fedbbpt.config.runfile import load_run


@pytest.mark.parametrize(
    ("data", "reason"), [("hf:./gone", "no such folder"), ("gone.csv", "no such file")]
)
def test_what_is_not_a_file_is_refused(tmp_path: Path, data: str, reason: str) -> None:
    said = ask(tmp_path, "init", data)

    assert said.exit_code == 1
    assert reason in said.stderr


def test_what_was_guessed_stands_in_the_file_and_on_the_terminal(tmp_path: Path) -> None:
    said = init(tmp_path, "t.csv", as_csv(tickets(160, ("north", "south")), ";"))

    spaced = " ".join(said.stdout.split())
    text = (tmp_path / "run.toml").read_text(encoding="utf-8")
    assert "right answer label named like an answer, 2 values sure" in spaced
    assert "# right answer: label (sure; named like an answer, 2 values)" in text
    assert "separated by semicolon" in spaced
    assert '  "routine",   # 80 rows\n' in text
    assert "this is a simulation" in text
    run = load_run(tmp_path / "run.toml")
    assert run.data is not None
    assert run.data.split == "key"
    assert run.endpoint == {"use": "embedded"}


def test_labels_that_collide_are_mentioned(tmp_path: Path) -> None:
    said = init(tmp_path, "t.csv", changed(lambda n, row: [row[0], f"very {'no' * (n % 2)}ok"]))

    assert "note: labels that collide: 'very nook' and 'very ok'" in " ".join(said.stdout.split())
    assert "# Note: labels that collide" in (tmp_path / "run.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("repeats", "warned"), [(1000, False), (20000, True)])
def test_long_texts_get_room_in_the_packaged_model_or_a_warning(
    tmp_path: Path, repeats: int, warned: bool
) -> None:
    long = changed(lambda n, row: [row[0] + " very" * repeats * (n == 3), row[1]])

    said = init(tmp_path, "t.csv", long)

    context = load_run(tmp_path / "run.toml").endpoint["context"]
    assert isinstance(context, int)
    assert 4 * 5 * repeats / 3 < context <= 4 * 8192 or warned
    assert ("more than the packaged model" in " ".join(said.stdout.split())) == warned


def test_a_file_is_replaced_only_by_force_and_the_data_never(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", tickets())
    (tmp_path / "run.toml").write_text("mine", encoding="utf-8")

    kept = ask(tmp_path, "init", "t.csv")
    data = ask(tmp_path, "init", "t.csv", "--out", "t.csv", "--force")
    before = files_of(tmp_path)
    replaced = ask(tmp_path, "init", "t.csv", "--force")

    assert (kept.exit_code, data.exit_code, replaced.exit_code) == (2, 2, 0)
    assert "run.toml: it is there already; say --force" in kept.stderr
    assert "--out names the data itself" in data.stderr
    assert before["run.toml"] == b"mine"
    assert files_of(tmp_path)["t.csv"] == before["t.csv"]
    assert dry_run(tmp_path / "run.toml").run.task.name == "t"


def test_the_data_is_found_from_the_folder_of_the_run_file(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    write_table(tmp_path / "t.csv", tickets())

    said = ask(tmp_path, "init", "t.csv", "--out", "runs/mine.toml")

    assert said.exit_code == 0
    assert "fedbbpt run runs/mine.toml --dry-run" in said.stdout
    assert dry_run(tmp_path / "runs" / "mine.toml").run.data is not None


def test_an_endpoint_is_named_with_its_key_and_neither_is_touched(tmp_path: Path) -> None:
    address = "https://api.example.com/v1"
    words = ("--endpoint", address, "--model", "small", "--key-env", "MY_KEY")

    said = init(tmp_path, "t.csv", as_csv(tickets()), *words)

    endpoint = tomllib.loads((tmp_path / "run.toml").read_text(encoding="utf-8"))["endpoint"]
    assert endpoint == {"use": "openai", "url": address, "model": "small", "key_env": "MY_KEY"}
    assert f"texts will go to: {address}" in said.stdout
    assert "export MY_KEY=" in said.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--endpoint", "https://x/v1"], "--endpoint and --model go together"),
        (["--key-env", "KEY"], "--endpoint and --model go together"),
        (
            ["--endpoint", "https://x/v1", "--model", "m", "--key-env", "sk-canary"],
            "takes the NAME of a variable",
        ),
        (
            ["--endpoint", "http://far.example/v1", "--model", "m", "--key-env", "KEY"],
            "a key would travel over plain http",
        ),
        (["--endpoint", "ftp://x", "--model", "m"], "neither http nor https"),
        (["--out", "gone/run.toml"], "its folder is not there"),
    ],
)
def test_options_that_cannot_be_meant_are_refused_and_nothing_is_written(
    tmp_path: Path, words: list[str], reason: str
) -> None:
    said = init(tmp_path, "t.csv", as_csv(tickets()), *words)

    assert said.exit_code == 2
    assert reason in said.stderr
    assert "canary" not in said.output
    assert set(files_of(tmp_path)) == {"t.csv"}


def test_hostile_names_steer_neither_terminal_nor_file(tmp_path: Path) -> None:
    header = ["text", "label", "x\x1b[31m[bold]\u202e\n[endpoint]\nuse = 'evil'"]
    rows = [[*row, "abc"[n % 3]] for n, row in enumerate(tickets()[1:])]

    said = init(tmp_path, "t.csv", as_csv([header, *rows]))

    assert said.exit_code == 0, said.output
    assert not re.search("[\x1b\u202e]", said.stdout)
    assert dry_run(tmp_path / "run.toml").run.endpoint == SCRIPTED
    assert load_run(tmp_path / "run.toml").endpoint == {"use": "embedded"}
