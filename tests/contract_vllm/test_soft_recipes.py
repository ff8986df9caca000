"""The recipes of soft tokens: planned as published, and run whole at a tiny size."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sentences import write_sentences
from tiny_run import toml
from tiny_transformer import WIDTH, TinyTransformer
from vllm_contract import contract_server

import fedbbpt
from fedbbpt.cli import main
from fedbbpt.config.prepare import prepare
from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.runfile import resolve
from fedbbpt.drivers import plan_common

SOFT = [name for name in recipe_names() if load_recipe(name)["about"]["tier"] == "T3"]
PUBLISHED = {
    "bbt": "256000 requests in 200 search rounds",
    "fedavg-bbt": "640000 requests in 200 search rounds",
    "fedbpt-paper": "1344000 requests in 200 search rounds",
    "fedbpt-code": "1344000 requests in 200 search rounds",
}
"""What a plan says of two owners for ``bbt`` and of ten for the others."""
STD = float(TinyTransformer().embeddings.std())


def table(folder: Path, recipe: str, url: str, owners: int = 2) -> dict[str, Any]:
    """Return a small run that takes all of its search from the recipe."""
    files = [write_sentences(folder / f"o{seed}.jsonl", 48, seed) for seed in range(owners)]
    return {
        "recipe": recipe,
        "seed": 3,
        "dir": str(folder / "run"),
        "task": {"name": "soft", "labels": ["negative", "positive"]},
        "prompt": {"user": "Classify the {topic} as {labels}.\nText: {input}\nSentiment:"},
        "scoring": {"calibrate": "none", "calibration_examples": 8},
        "roles": {"train": 32, "dev": 8, "test": 8},
        "owner": [{"name": file.stem, "data": str(file)} for file in files],
        "endpoint": {
            "use": "vllm",
            "url": url,
            "model": "tiny",
            "embedding_width": WIDTH,
            "embedding_std": STD,
            "label_ids": [1, 2],
        },
        "simulation": {},
    }


def tiny(run: dict[str, Any]) -> dict[str, Any]:
    """Return the run with fewer numbers, examples and rounds; the method stays the recipe's."""
    recipe = load_recipe(run["recipe"])
    search: dict[str, Any] = {"rounds": 2, "block": 8, "requests": 2000}
    optimizer: dict[str, Any] = {}
    if recipe["search"]["work"] == "score":
        search |= {"candidates": 6}
        optimizer = {"population": 6} if recipe["optimizer"]["use"] == "cma" else {}
    else:
        search |= {"generations": 2}
    return {
        **run,
        "space": {"tokens": 4, "dimensions": 6},
        "search": search,
        "optimizer": optimizer,
        "roles": {"train": 16, "dev": 8, "test": 8},
    }


def test_there_are_recipes_of_soft_tokens() -> None:
    assert set(PUBLISHED) < set(SOFT)
    assert {"fedkseed", "fedmezo", "fwdllm", "fedavg-zo", "fed-bbpt-spsa", "fedes-cma"} < set(SOFT)


@pytest.mark.parametrize("name", SOFT)
def test_a_recipe_plans_as_it_is_published(tmp_path: Path, name: str) -> None:
    pytest.importorskip("cma")
    owners = 2 if name == "bbt" or name not in PUBLISHED else 10
    run = table(tmp_path, name, "http://127.0.0.1:9/v1", owners)
    (tmp_path / "run.toml").write_text(toml(run), encoding="utf-8")

    said = CliRunner().invoke(main, ["run", str(tmp_path / "run.toml"), "--dry-run"])

    shown = " ".join(said.output.split())
    assert said.exit_code == 0, said.output
    assert f"soft: {name}, seed 3" in shown
    assert PUBLISHED.get(name, "cost at most: ") in shown
    assert not (tmp_path / "run").exists()


def test_a_plan_that_plays_two_rounds_counts_what_all_rounds_would_ask(tmp_path: Path) -> None:
    run = table(tmp_path, "fwdllm", "http://127.0.0.1:9/v1")
    run |= {"optimizer": {"directions": 5}, "search": {"requests": 1600}}

    planned = prepare(resolve(run, tmp_path), {})

    whole = plan_common(
        planned.optimizer, planned.schedule, planned.space.initial(), planned.sizes, 3
    )
    assert planned.plan.rounds == whole.rounds == 10
    assert planned.plan.requests >= whole.requests == 1600


@pytest.mark.parametrize("name", SOFT)
async def test_a_recipe_runs_whole(tmp_path: Path, name: str) -> None:
    if load_recipe(name)["optimizer"]["use"] == "cma":
        pytest.importorskip("cma")

    async with contract_server() as contract:
        run = tiny(table(tmp_path, name, contract.url))
        result = await asyncio.to_thread(fedbbpt.optimize, run)

    assert result.results.recipe == name
    assert len(result.results.rounds) == 2
    assert 0 < result.results.search_requests <= 2000
    assert any("prompt_embeds" in json.dumps(body) for body in contract.asked)


@pytest.mark.parametrize("name", ["fedkseed", "fedmezo"])
async def test_a_finished_folder_gives_the_same_bytes_without_asking(
    tmp_path: Path, name: str
) -> None:
    async with contract_server() as contract:
        run = tiny(table(tmp_path, name, contract.url))
        await asyncio.to_thread(fedbbpt.optimize, run)
        asked = len(contract.asked)
        results = tmp_path / "run" / "results.json"
        first = results.read_bytes()
        results.unlink()
        await asyncio.to_thread(fedbbpt.optimize, run)

    assert results.read_bytes() == first
    assert len(contract.asked) - asked <= 1  # whether the model is still the same one
