"""Whole runs of soft tokens that end early or should not begin, against the contract server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_soft_recipes import table as from_recipe
from test_soft_recipes import tiny
from test_soft_runs import optimized, table
from tiny_run import toml
from vllm_contract import contract_server

from fedbbpt.cli import main
from fedbbpt.errors import ConfigError, EndpointError


async def test_a_search_that_blew_up_says_so_on_the_terminal_and_settles_on_a_last_block(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cma")
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        run["optimizer"] |= {"blow_up": 1.0001}
        (tmp_path / "run.toml").write_text(toml(run), encoding="utf-8")
        words = ["run", str(tmp_path / "run.toml")]
        said = await asyncio.to_thread(CliRunner().invoke, main, words)
        written = (tmp_path / "run" / "results.json").read_bytes()
        (tmp_path / "run" / "results.json").unlink()
        again = await asyncio.to_thread(CliRunner().invoke, main, words)

    shown = " ".join(said.output.split())
    rounds = json.loads(written)["rounds"]
    assert said.exit_code == 0, said.output
    assert "It ended early: the step size blew up" in shown
    assert rounds[-1]["candidates"] in {2, 3}
    assert all(one["candidates"] == 6 for one in rounds[:-1])
    assert again.exit_code == 0
    assert (tmp_path / "run" / "results.json").read_bytes() == written


@pytest.mark.parametrize(
    ("recipe", "changed"),
    [
        ("fedavg-zo", {"optimizer": {"learning_rate": 1e39}}),
        ("fedmezo", {"optimizer": {"learning_rate": 1e45}}),
        ("fedkseed-steps", {"optimizer": {"learning_rate": 1e45}}),
        ("fedavg-bbt", {"aggregator": {"use": "fed_adam", "learning_rate": 1e40}}),
    ],
)
async def test_steps_beyond_all_bounds_end_the_search_in_one_line(
    tmp_path: Path, recipe: str, changed: dict[str, Any]
) -> None:
    if recipe == "fedavg-bbt":
        pytest.importorskip("cma")
    async with contract_server() as contract:
        run = tiny(from_recipe(tmp_path, recipe, contract.url)) | changed
        run["search"] = run["search"] | {"rounds": 3}
        (tmp_path / "run.toml").write_text(toml(run), encoding="utf-8")
        words = ["run", str(tmp_path / "run.toml")]
        said = await asyncio.to_thread(CliRunner().invoke, main, words)

    shown = " ".join(said.output.split())
    assert said.exit_code == 0, said.output
    assert "It ended early: the steps diverged; lower learning_rate" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("ids", [[1], [1, 1]])
async def test_fewer_tokens_than_labels_are_refused_without_contact(
    tmp_path: Path, ids: list[int]
) -> None:
    async with contract_server() as contract:
        with pytest.raises(ConfigError, match="label_ids: 1 different tokens"):
            await optimized(table(contract, tmp_path, label_ids=ids))

    assert contract.asked == []


@pytest.mark.parametrize("ids", [[1, 40], [30, 40]])
async def test_tokens_that_are_no_label_words_are_refused_at_the_first_replies(
    tmp_path: Path, ids: list[int]
) -> None:
    async with contract_server() as contract:
        with pytest.raises(EndpointError, match="label_ids: no reply names a token"):
            await optimized(table(contract, tmp_path, label_ids=ids))


def relabel(files: list[Path]) -> None:
    """Give the examples labels that the model never says."""
    for file in files:
        text = file.read_text(encoding="utf-8")
        text = text.replace('"negative"', '"cold"').replace('"positive"', '"warm"')
        file.write_text(text, encoding="utf-8")


async def test_tokens_that_nobody_asks_for_stop_no_run_that_reads_text(tmp_path: Path) -> None:
    pytest.importorskip("cma")
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        run["task"] |= {"labels": ["cold", "warm"]}
        run["scoring"] |= {"read": "generate"}
        relabel([Path(one["data"]) for one in run["owner"]])
        run["search"] |= {"rounds": 1}
        result = await optimized(run)

    assert not result.results.gate.accepted
    assert "logprob_token_ids" not in contract.asked[-1]


@pytest.mark.parametrize("name", ["prompt_logprobs", "prompt_embeds", "echo"])
async def test_a_field_that_takes_the_engine_down_is_refused_without_contact(
    tmp_path: Path, name: str
) -> None:
    async with contract_server() as contract:
        with pytest.raises(ConfigError, match=f"extra_body: {name} asks about the prompt"):
            await optimized(table(contract, tmp_path, extra_body={name: 1}))

    assert contract.asked == []


async def test_asking_again_in_local_searches_is_refused(tmp_path: Path) -> None:
    run = tiny(from_recipe(tmp_path, "fedavg-zo", "http://127.0.0.1:9/v1"))
    run["optimizer"] = {"reevaluate": 2}

    with pytest.raises(ConfigError, match=r"\[optimizer\] reevaluate: owners report"):
        await optimized(run)
