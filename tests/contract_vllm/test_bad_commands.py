"""What cannot be meant is refused on the command line in one line that says what to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from test_soft_runs import table
from tiny_run import toml
from vllm_contract import contract_server

from fedbbpt.cli import main

Change = Callable[[dict[str, Any]], object]


async def command(folder: Path, run: dict[str, Any]) -> Result:
    """Return what ``fedbbpt run`` says of a run file."""
    (folder / "run.toml").write_text(toml(run), encoding="utf-8")
    return await asyncio.to_thread(
        CliRunner().invoke, main, ["run", str(folder / "run.toml")], catch_exceptions=False
    )


def put(name: str, key: str, value: object) -> Change:
    return lambda run: run[name].update({key: value})


def text_only(run: dict[str, Any]) -> None:
    run |= {"recipe": "fedbpt-paper", "space": {}, "optimizer": {}, "search": {}}
    run["endpoint"] = {"use": "openai", "url": run["endpoint"]["url"], "model": "tiny"}


def few_examples(run: dict[str, Any]) -> None:
    del run["simulation"]
    run["task"]["labels"] += ["neutral"]
    data = Path(run["owner"][0]["data"])
    data.write_text("\n".join(data.read_text().splitlines()[:2]) + "\n")


def scalars(**optimizer: object) -> Change:
    def change(run: dict[str, Any]) -> None:
        run |= {"recipe": "fedkseed-steps", "space": {"tokens": 4, "dimensions": 6}}
        run |= {"optimizer": optimizer, "search": {"rounds": 3, "requests": 2000}}

    return change


REFUSED: dict[str, tuple[Change, int, str]] = {
    "a width that is not the model's": (
        put("endpoint", "embedding_width", 16),
        1,
        "write embedding_width = 32",
    ),
    "no width": (
        lambda run: run["endpoint"].pop("embedding_width"),
        2,
        "embedding_width: soft tokens need it",
    ),
    "numbers without end": (put("space", "sigma", 1e300), 2, "lower sigma, alpha or"),
    "numbers far too large": (put("space", "alpha", 1e30), 2, "lower sigma, alpha or"),
    "a population below the minimum": (
        put("optimizer", "population", 1),
        2,
        "1 is below CMA-ES's minimum of 4",
    ),
    "fewer candidates than a population": (
        put("search", "candidates", 2),
        2,
        "raise [search] candidates or lower population (CMA-ES's minimum is 4)",
    ),
    "a recipe of another tier": (text_only, 2, "recipe = 'fedbpt-paper' needs tier T3"),
    "fewer examples than labels": (few_examples, 1, "2 examples are fewer than the 3 labels"),
    "steps that do not add up": (
        scalars(step="adam"),
        2,
        "step: 'adam' cannot be added up over owners",
    ),
    "no slopes to add up": (
        lambda run: run.update(aggregator={"use": "seed_log"}, search={"work": "local"}),
        2,
        'write [optimizer] use = "finite_seeds"',
    ),
}


@pytest.mark.parametrize(("change", "code", "said"), REFUSED.values(), ids=REFUSED)
async def test_it_is_refused_in_one_line(
    tmp_path: Path, change: Change, code: int, said: str
) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        change(run)
        shown = await command(tmp_path, run)

    last = " ".join(shown.output.split()).partition("error: ")[2]
    assert shown.exit_code == code, shown.output
    assert said in last
    assert "Traceback" not in shown.output
    assert not any("prompt_embeds" in str(asked) for asked in contract.asked)


async def test_a_server_started_without_soft_tokens_is_told_the_flag(tmp_path: Path) -> None:
    async with contract_server(embeds=False) as contract:
        shown = await command(tmp_path, table(contract, tmp_path))

    assert shown.exit_code == 1
    assert "start vLLM with --enable-prompt-embeds" in " ".join(shown.output.split())


async def test_a_folder_of_another_space_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        run["search"]["rounds"] = 2
        await command(tmp_path, run)
        before = (tmp_path / "run" / "results.json").read_bytes()
        run["space"]["dimensions"] = 7
        shown = await command(tmp_path, run)

    assert shown.exit_code == 1
    assert "holds another run (different: space)" in " ".join(shown.output.split())
    assert (tmp_path / "run" / "results.json").read_bytes() == before


async def test_local_steps_are_told_by_scalars_and_a_resumed_run_has_the_same_bytes(
    tmp_path: Path,
) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        scalars()(run)
        first = await command(tmp_path, run)
        results = tmp_path / "run" / "results.json"
        written, asked = results.read_bytes(), len(contract.asked)
        results.unlink()
        again = await command(tmp_path, run)

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert results.read_bytes() == written
    assert len(contract.asked) - asked <= 1
