"""Soft tokens sent as halves: what reaches the server, and what tells the runs apart."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_soft_runs import optimized, table
from tiny_transformer import WIDTH
from vllm_contract import Contract, contract_server, loaded

import fedbbpt
from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import Request
from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.distributions import Floats
from fedbbpt.endpoints.vllm import Vllm
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.soft_tokens import PlacedTokens, SoftTokens

ROWS = np.random.default_rng(5).standard_normal((3, WIDTH)).astype(np.float32)
LEAST = {"float32": 0.0, "float16": 1e-9, "bfloat16": 1e-9}
MOST = {"float32": 0.0, "float16": 2e-3, "bfloat16": 2e-2}


def asked(rows: NDArray[np.floating]) -> Request:
    soft = PlacedTokens(SoftTokens.of(rows), 0)
    return Request((Message("user", "Hi"),), top_logprobs=2, soft=soft)


def received(contract: Contract) -> Floats:
    """Return the soft tokens that reached the server last."""
    parts = contract.asked[-1]["messages"][-1]["content"]  # type: ignore[index]
    (data,) = [part["data"] for part in parts if part["type"] == "prompt_embeds"]
    return loaded(base64.b64decode(data))


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
async def test_the_numbers_arrive_rounded_to_their_type(kind: str) -> None:
    async with contract_server() as contract:
        server = Vllm(contract.url, "tiny", embedding_width=WIDTH, embedding_type=kind)
        async with server.connect() as wire:
            await wire.send(asked(ROWS))
        off = np.abs(received(contract) - ROWS).max()

    assert LEAST[kind] <= off <= MOST[kind]


def test_the_type_is_part_of_the_identity_and_float32_leaves_no_trace() -> None:
    plain = Vllm("http://127.0.0.1:9/v1", "tiny", embedding_width=WIDTH)
    half = Vllm("http://127.0.0.1:9/v1", "tiny", embedding_width=WIDTH, embedding_type="float16")

    assert plain.profile().form.payload() == {}
    assert plain.profile().identity != half.profile().identity
    assert ChatForm.from_payload(half.profile().form.payload()) == half.profile().form


def test_the_type_is_part_of_what_owners_agree_on(tmp_path: Path) -> None:
    contract = Contract("http://127.0.0.1:9/v1")
    plain = prepare(resolve(table(contract, tmp_path), tmp_path), {})
    half = prepare(resolve(table(contract, tmp_path, embedding_type="bfloat16"), tmp_path), {})

    assert plain.fingerprint != half.fingerprint
    assert "soft tokens sent as bfloat16" in half.scoring.reading
    assert "sent as" not in plain.scoring.reading


def test_a_type_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="embedding_type: 'int8' is unknown; write one of float32"):
        Vllm("http://127.0.0.1:9/v1", "tiny", embedding_type="int8")


async def test_numbers_that_a_half_cannot_hold_are_refused_in_words() -> None:
    async with contract_server() as contract:
        server = Vllm(contract.url, "tiny", embedding_width=WIDTH, embedding_type="float16")
        async with server.connect() as wire:
            with pytest.raises(EndpointError, match="soft tokens do not fit float16"):
                await wire.send(asked(1e5 * ROWS))

    assert contract.asked == []


async def test_a_run_in_halves_leaves_a_prompt_that_an_app_asks_in_halves(tmp_path: Path) -> None:
    pytest.importorskip("cma")
    async with contract_server() as contract:
        await optimized(table(contract, tmp_path, embedding_type="bfloat16"))
        results = json.loads((tmp_path / "run" / "results.json").read_text())
        body = fedbbpt.TunedPrompt.load(tmp_path / "run" / "tuned.json").request("a superb film")

    scores = {cell["prompt"]: cell["score"] for cell in results["test"]["cells"]}
    data = body["messages"][-1]["content"][0]["data"]  # type: ignore[index]
    assert scores["tuned"] > scores["start"] + 0.1
    assert b"BFloat16Storage" in base64.b64decode(data)
