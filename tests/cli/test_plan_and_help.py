"""The command line before anything is asked: help, recipes, and the plan of a run."""

import json
import re
from pathlib import Path

import pytest
from run_files import ask, files_of, widest, write_run
from tiny_run import OWNERS

from fedbbpt.cli import COMMANDS
from fedbbpt.config.recipes import recipe_names
from fedbbpt.config.voting_recipes import voting_recipe_names


def test_help_names_every_command(tmp_path: Path) -> None:
    said = ask(tmp_path, "--help")

    assert said.exit_code == 0
    assert re.findall(r"^  (\w[\w-]*)  ", said.stdout, re.MULTILINE) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    said = ask(tmp_path, command, "-h")

    assert said.exit_code == 0
    assert said.stdout.startswith("Usage: ")
    assert widest(said.stdout) <= 80


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert re.search(r"\b0\.\d+\.\d+\b", ask(tmp_path, "--version").stdout)


def test_recipes_are_listed_with_their_sources(tmp_path: Path) -> None:
    plain, machine = ask(tmp_path, "recipes"), ask(tmp_path, "recipes", "--json")

    about = json.loads(machine.stdout)
    assert tuple(about) == (*recipe_names(), *voting_recipe_names())
    for name, facts in about.items():
        assert f"{name}\n  {facts['title']}\n" in plain.stdout


def test_recipes_stand_in_columns_of_name_family_and_tier(tmp_path: Path) -> None:
    said = ask(tmp_path, "recipes", "fedkseed", "halving")

    rows = said.stdout.split("\n\n")[0].splitlines()
    assert [row.split(maxsplit=1)[0] for row in rows] == ["recipe", "fedkseed", "halving"]
    assert {row.index(word) for row, word in zip(rows, ("tier", "T3", "T1"), strict=True)} == {
        rows[0].index("tier")
    }
    assert "family: finite differences" in said.stdout
    assert "bdpl" not in said.stdout


def test_an_unknown_recipe_is_answered_with_the_closest(tmp_path: Path) -> None:
    said = ask(tmp_path, "recipes", "fedkseeds")

    assert said.exit_code == 2
    assert "did you mean 'fedkseed'?" in said.output


def test_a_dry_run_says_where_data_goes_and_what_it_costs_and_writes_nothing(
    tmp_path: Path,
) -> None:
    write_run(tmp_path, caps={"calls": 900})
    before = files_of(tmp_path)

    said = ask(tmp_path, "run", "run.toml", "--dry-run")

    spaced = " ".join(said.stdout.split())
    assert said.exit_code == 0
    assert files_of(tmp_path) == before
    for owner in OWNERS:
        assert f"{owner} 16 8 12 this process (scripted, no model)" in spaced
    most = 192 + len(OWNERS) * (2 * 8 + 3 * 8 + 2 * 12)
    assert f"cost at most: 192 requests in 2 search rounds + {most - 192}" in spaced
    assert f"= {most} calls" in spaced
    assert "caps: calls 900, tokens none" in spaced
    assert "Is it complaint or praise?" in said.stdout
    assert widest(said.stdout) <= 80


def test_a_dry_run_with_baselines_says_what_they_add(tmp_path: Path) -> None:
    write_run(tmp_path, search={"candidates": 4, "requests": 200, "clients_per_round": 1})

    said = ask(tmp_path, "run", "run.toml", "--dry-run", "--baselines").stdout

    found = re.search(r"baselines: at most (\d+) calls more", said)
    assert found
    assert int(found[1]) >= 2 * 200  # all searches alone, and the pooled one, with every owner


def test_options_replace_what_the_file_says(tmp_path: Path) -> None:
    write_run(tmp_path)

    said = ask(
        tmp_path, "run", "run.toml", "--seed", 9, "--recipe", "rejects", "--dir", "x", "--dry-run"
    )

    assert said.stdout.startswith("tiny: rejects, seed 9, kept in x\n")


def test_another_endpoint_is_where_the_data_would_go(tmp_path: Path) -> None:
    write_run(tmp_path)
    address = "http://127.0.0.1:9/v1"

    said = ask(tmp_path, "run", "run.toml", "--endpoint", address, "--model", "m", "--dry-run")

    assert said.stdout.count(address) == len(OWNERS)


@pytest.mark.parametrize(
    "words", [["--endpoint", "http://x/v1"], ["--model", "m"], ["--key-env", "KEY"]]
)
def test_half_an_endpoint_is_refused(tmp_path: Path, words: list[str]) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "run", "run.toml", *words)

    assert said.exit_code == 2
    assert "--endpoint and --model go together; --key-env goes with them" in said.stderr


def test_ambient_variables_of_other_clients_change_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, endpoint={"use": "openai", "url": "http://127.0.0.1:9/v1", "model": "m"})
    ambient = {
        "OPENAI_API_KEY": "sk-canary",
        "OPENAI_BASE_URL": "http://elsewhere.example/v1",
        "OPENAI_MODEL": "other",
        "HTTP_PROXY": "http://proxy.example",
    }

    alone, beside = (
        ask(tmp_path, "run", "run.toml", "--dry-run", env=env) for env in (None, ambient)
    )

    assert alone.exit_code == 0
    assert beside.stdout == alone.stdout
