"""Whole runs of soft tokens, by the command line's own way, against the contract server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sentences import write_sentences
from tiny_transformer import WIDTH, TinyTransformer
from vllm_contract import Contract, contract_server

import fedbbpt
from fedbbpt.api import Result
from fedbbpt.cli import main
from fedbbpt.errors import ConfigError, EndpointError

STD = float(TinyTransformer().embeddings.std())
IDS = [1, 2]


def table(contract: Contract, folder: Path, **endpoint: object) -> dict[str, Any]:
    """Return a small run of two owners with all of its tables."""
    owners = [
        {"name": name, "data": str(write_sentences(folder / f"{name}.jsonl", 48, seed))}
        for seed, name in enumerate(("east", "west"))
    ]
    return {
        "recipe": "halving",
        "seed": 3,
        "dir": str(folder / "run"),
        "task": {"name": "soft", "labels": ["negative", "positive"]},
        "prompt": {"user": "Classify the {topic} as {labels}.\nText: {input}\nSentiment:"},
        "space": {"use": "soft", "tokens": 4, "dimensions": 6, "sigma": 1.0},
        "optimizer": {"use": "cma", "population": 6},
        "search": {
            "rounds": 9,
            "requests": 1000,
            "candidates": 8,
            "block": 8,
            "nested": False,
        },
        "scoring": {"calibrate": "none", "calibration_examples": 8},
        "roles": {"train": 16, "dev": 16, "test": 16},
        "owner": owners,
        "endpoint": {
            "use": "vllm",
            "url": contract.url,
            "model": "tiny",
            "embedding_width": WIDTH,
            "embedding_std": STD,
            "label_ids": IDS,
            **endpoint,
        },
        "simulation": {},
    }


async def optimized(run: dict[str, Any]) -> Result:
    return await asyncio.to_thread(fedbbpt.optimize, run)


async def test_a_soft_run_finds_a_better_prompt_and_an_app_can_ask_with_it(tmp_path: Path) -> None:
    async with contract_server() as contract:
        await optimized(table(contract, tmp_path))
        results = json.loads((tmp_path / "run" / "results.json").read_text())
        tuned = fedbbpt.TunedPrompt.load(tmp_path / "run" / "tuned.json")
        body = tuned.request("a superb film")

    scores = {cell["prompt"]: cell["score"] for cell in results["test"]["cells"]}
    assert scores["start"] < 0.6
    assert scores["tuned"] > scores["start"] + 0.2
    assert body in contract.asked or any(
        asked["messages"][0]["content"][0] == body["messages"][0]["content"][0]  # type: ignore[index]
        for asked in contract.asked
    )
    assert body["logprob_token_ids"] == IDS


async def test_the_same_folder_goes_on_without_asking_again(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        await optimized(run)
        first = len(contract.asked)
        written = (tmp_path / "run" / "results.json").read_bytes()
        (tmp_path / "run" / "results.json").unlink()
        await optimized(run)

    assert (tmp_path / "run" / "results.json").read_bytes() == written
    assert len(contract.asked) - first <= 1  # whether the model is still the same one


async def test_the_journal_holds_no_soft_tokens(tmp_path: Path) -> None:
    async with contract_server() as contract:
        await optimized(table(contract, tmp_path))

    size = (tmp_path / "run" / "calls.log").stat().st_size
    assert size < 900 * len(contract.asked)


@pytest.mark.parametrize(
    ("started", "changed", "said"),
    [
        ({"embeds": False}, {}, "--enable-prompt-embeds"),
        ({}, {"embedding_width": 16}, "embedding_width = 32"),
        ({"reads": False}, {}, "two different soft prompts get the same answer"),
        ({"checks": False, "reads": False}, {}, "does not read them"),
    ],
)
async def test_a_server_that_does_not_take_them_is_refused_before_the_search(
    tmp_path: Path, started: dict[str, bool], changed: dict[str, int], said: str
) -> None:
    async with contract_server(**started) as contract:
        with pytest.raises(EndpointError) as caught:
            await optimized(table(contract, tmp_path, **changed))

    assert said in str(caught.value)
    assert len(contract.asked) <= 4


async def test_an_endpoint_of_texts_is_refused_without_contact(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        run["endpoint"] = {"use": "openai", "url": contract.url, "model": "tiny"}
        with pytest.raises(ConfigError) as caught:
            await optimized(run)

    assert "tier T3" in str(caught.value)
    assert "--enable-prompt-embeds" in str(caught.value)
    assert contract.asked == []


async def test_owners_at_models_of_other_embeddings_are_refused(tmp_path: Path) -> None:
    async with contract_server() as contract:
        run = table(contract, tmp_path)
        run["owner"][0]["endpoint"] = run["endpoint"] | {"embedding_std": 2 * STD}
        with pytest.raises(ConfigError, match="soft tokens fit one model"):
            await optimized(run)


async def test_only_the_form_that_carries_numbers_exports_them(tmp_path: Path) -> None:
    async with contract_server() as contract:
        await optimized(table(contract, tmp_path))
        folder, asked = str(tmp_path / "run"), ["--input", "a dull film"]
        text = CliRunner().invoke(main, ["export", folder, "--as", "text"])
        body = CliRunner().invoke(main, ["export", folder, "--as", "request", *asked])

    assert text.exit_code == 2
    assert "4 soft tokens" in text.output
    assert "--as request" in text.output
    assert json.loads(body.stdout)["messages"][-1]["content"][0]["type"] == "prompt_embeds"


async def test_the_doctor_says_width_and_kind() -> None:
    async with contract_server() as contract:
        shown = await asyncio.to_thread(
            CliRunner().invoke,
            main,
            ["doctor", contract.url, "--model", "tiny"],
            catch_exceptions=False,
        )

    said = " ".join(shown.output.split())
    assert "T3: prompt embeddings are taken" in said
    assert f'use = "vllm" with embedding_width = {WIDTH}' in said
