"""Runs that look for the size of soft tokens themselves."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_soft_runs import STD, optimized, table
from tiny_run import toml
from vllm_contract import Contract, contract_server

from fedbbpt.cli import main
from fedbbpt.embedding_scale import GRID, ROWS
from fedbbpt.errors import ConfigError

EXAMPLES = 16
"""Of two owners that answer for no fewer than 8 each."""


def unsaid(contract: Contract, folder: Path, **changes: object) -> dict[str, Any]:
    """Return the small run without embedding_std."""
    run = table(contract, folder)
    del run["endpoint"]["embedding_std"]
    return {**run, "search": {**run["search"], "rounds": 3}} | changes


def kept(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "run" / "results.json").read_text())
    return results


async def test_a_run_finds_a_size_near_that_of_the_models_embeddings(tmp_path: Path) -> None:
    async with contract_server() as contract:
        await optimized(unsaid(contract, tmp_path))

    found = kept(tmp_path)["embedding_scale"]
    assert [one["std"] for one in found["tried"]] == list(GRID)
    assert found["tried"][0]["change"] < 0.01
    assert STD / 10 < found["std"] < 10 * STD
    assert found["requests"] == ROWS * found["examples"]
    (note,) = [one for one in kept(tmp_path)["notes"] if "embedding_std" in one]
    assert f"write embedding_std = {found['std']!r}" in note


async def test_the_size_is_found_once_and_a_resumed_run_has_the_same_bytes(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = unsaid(contract, tmp_path)
        await optimized(run)
        asked, file = len(contract.asked), tmp_path / "run" / "results.json"
        first = file.read_bytes()
        file.unlink()
        await optimized(run)

    assert file.read_bytes() == first
    assert len(contract.asked) - asked <= 1  # whether the model is still the same one


async def test_a_run_that_is_told_the_size_searches_the_same_points(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = unsaid(contract, tmp_path)
        await optimized(run)
        found = kept(tmp_path)
        again = table(contract, tmp_path, embedding_std=found["embedding_scale"]["std"])
        again |= {"dir": str(tmp_path / "told" / "run"), "search": run["search"]}
        await optimized(again)

    told = kept(tmp_path / "told")
    assert told["fingerprint"] == found["fingerprint"]
    assert told["tuned"] == found["tuned"]
    assert told["embedding_scale"] is None


async def test_a_plan_counts_the_search_for_a_size_within_the_requests(tmp_path: Path) -> None:
    async with contract_server() as contract:
        (tmp_path / "run.toml").write_text(toml(unsaid(contract, tmp_path)), encoding="utf-8")
        said = await asyncio.to_thread(
            CliRunner().invoke, main, ["run", str(tmp_path / "run.toml"), "--dry-run"]
        )

    shown = " ".join(said.output.split())
    assert said.exit_code == 0, said.output
    assert f"embedding_std is not given: {ROWS * EXAMPLES} requests of the search" in shown
    assert contract.asked == []


async def test_requests_that_do_not_pay_for_it_are_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    async with contract_server() as contract:
        run = unsaid(contract, tmp_path)
        with pytest.raises(ConfigError, match=f"do not pay for the {ROWS * EXAMPLES} requests"):
            await optimized({**run, "search": {**run["search"], "requests": 200}})

    assert contract.asked == []


async def test_answers_in_texts_want_the_size_said(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = unsaid(contract, tmp_path)
        with pytest.raises(ConfigError, match="embedding_std: a search for it reads label scores"):
            await optimized({**run, "scoring": {**run["scoring"], "read": "generate"}})
