"""Soft tokens and exact labels travel in lists too, and change no result."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_soft_runs import optimized, table
from tiny_run import toml
from vllm_contract import contract_server

from fedbbpt.cli import main


async def test_a_run_has_the_same_results_with_lists_and_without(tmp_path: Path) -> None:
    results = {}
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        for together in (32, 1):
            contract.listed.clear()
            run |= {"dir": str(tmp_path / str(together))}
            run |= {"endpoint": {**run["endpoint"], "together": together}}
            await optimized({**run, "search": {**run["search"], "rounds": 3}})
            results[together] = (tmp_path / str(together) / "results.json").read_bytes()
            assert bool(contract.listed) is (together > 1)

    assert results[32] == results[1]


async def test_a_list_holds_whole_blocks_of_candidates(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        await optimized({**run, "search": {**run["search"], "rounds": 2}})

    assert max(contract.listed) >= 16
    assert sum(contract.listed) > 0.8 * len(contract.asked)


@pytest.mark.parametrize(
    ("lists", "said"),
    [(True, "answers two conversations in one call"), (False, "requests are sent one by one")],
)
async def test_the_doctor_says_whether_lists_are_answered(
    tmp_path: Path, lists: bool, said: str
) -> None:
    async with contract_server(lists=lists) as contract:
        (tmp_path / "run.toml").write_text(toml(table(contract, tmp_path)), encoding="utf-8")
        told = await asyncio.to_thread(
            CliRunner().invoke, main, ["doctor", str(tmp_path / "run.toml")]
        )

    assert said in " ".join(told.output.split()), told.output
