"""Every recipe says what it is, names what exists, and runs."""

from pathlib import Path

import pytest
from tiny_run import OWNERS, refusal, tiny_prepared, tiny_run, tiny_tables

import fedbbpt
from fedbbpt.config.prepare import prepare
from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.runfile import load_run
from fedbbpt.config.sections import SearchSection
from fedbbpt.config.strict import read_section
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import build, find
from fedbbpt.work.propose import PROPOSER

RECIPES = recipe_names()
SOFT = tuple(name for name in RECIPES if load_recipe(name)["about"]["tier"] == "T3")
"""Recipes that only a server of soft tokens can run; ``contract_vllm`` runs them."""
FAMILIES = {
    "selection",
    "bandit",
    "breeding",
    "policy gradient",
    "evolution strategy",
    "finite differences",
    "personalisation",
}
TABLES = {"about", "space", "optimizer", "aggregator", "search"}
OPTIONAL = {"proposer", "reasoning"}
"""Tables of recipes whose bank grows, or that choose triggers, beside the others."""
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*/run.toml"))


def test_every_recipe_file_is_found() -> None:
    files = (Path(__file__).parents[1] / "fedbbpt" / "recipes").glob("*.toml")

    assert sorted(path.stem for path in files) == list(RECIPES)
    assert "halving" in RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_says_what_it_is_and_where_it_departs_from_its_source(name: str) -> None:
    recipe = load_recipe(name)

    assert set(recipe) - OPTIONAL == TABLES
    told = [key for key in recipe["about"] if key != "unverified"]
    assert told == ["title", "family", "source", "faithful", "ours", "tier"]
    assert recipe["about"]["family"] in FAMILIES
    assert all(str(text).strip() for text in recipe["about"].values())
    assert str(recipe["about"]["tier"]).startswith(("T0", "T1", "T2", "T3"))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_names_plugins_and_keys_that_exist(name: str) -> None:
    recipe = load_recipe(name)

    find("spaces", str(recipe["space"]["use"]))
    build("optimizers", recipe["optimizer"], "optimizer")
    build("aggregators", recipe["aggregator"], "aggregator")
    section = read_section(SearchSection, recipe["search"], "search")

    assert section.work in {"score", "local"}


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in SOFT])
def test_a_recipe_runs_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_run(tmp_path)
    tables = tiny_tables(recipe=name, optimizer={})
    tables["search"] = {"candidates": 4, "rounds": 3, "requests": 600}

    result = fedbbpt.optimize(tables, directory="kept")

    rounds = result.results.rounds
    assert result.results.recipe == name
    assert 1 <= len(rounds) <= 3
    assert rounds[-1].requests == result.results.search_requests <= 600
    assert {client for r in rounds for client in r.clients} <= {*OWNERS, PROPOSER}
    assert result.results.test.n == 12 * len(OWNERS)
    assert result.tuned.prompt.words == ("complaint", "praise")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_examples_run_file_can_be_meant(path: Path) -> None:
    anywhere = path.parent.name != "vllm"  # soft tokens need their own kind of endpoint
    run = load_run(path, {"endpoint": {"use": "scripted"}} if anywhere else {})

    missing = [owner.data for owner in run.owners if not Path(owner.data).exists()]
    if missing:  # data that a script makes, as the example's page says
        assert "prepare.py" in (path.parent / "README.md").read_text(encoding="utf-8")
        return
    assert prepare(run, {}).plan.rounds >= 3


@pytest.mark.parametrize("name", SOFT)
def test_a_recipe_of_soft_tokens_is_refused_where_texts_alone_are_taken(
    tmp_path: Path, name: str
) -> None:
    tables = tiny_tables(recipe=name, optimizer={}, space={}, search={})

    said = refusal(tmp_path, tables)

    assert said.startswith(f"recipe = {name!r} needs tier T3, soft tokens: ")
    assert "--enable-prompt-embeds" in said
    assert "`fedbbpt recipes` lists those that need less" in said


def test_a_run_file_may_take_another_space_than_its_recipe(tmp_path: Path) -> None:
    tables = tiny_tables(
        recipe="fedes-cma", space={"use": "slots", "limit": 3}, optimizer={"use": "halving"}
    )

    assert tiny_prepared(tmp_path, tables).plan.rounds >= 1


def test_a_recipe_may_name_a_way_of_reasoning_and_the_run_file_another(tmp_path: Path) -> None:
    said = load_recipe("fedlogic-cot")["reasoning"]

    taken = tiny_run(tmp_path, tiny_tables(recipe="fedlogic-cot", space={}, search={}))
    tables = tiny_tables(recipe="fedlogic-cot", reasoning={"max_tokens": 9}, space={}, search={})
    longer = tiny_run(tmp_path, tables)
    own = tiny_run(tmp_path, {**tables, "reasoning": "direct"})

    assert taken.reasoning == said
    assert longer.reasoning == {**said, "max_tokens": 9}
    assert own.reasoning == {"use": "direct"}


def test_an_unknown_recipe_is_answered_with_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'rejects'\? Known: .*halving"):
        load_recipe("reject")
