"""The contract server and a real vLLM take and refuse the same; see examples/vllm."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
import pytest
from tiny_transformer import WIDTH
from vllm_contract import contract_server

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Wire
from fedbbpt.endpoints.vllm import Vllm
from fedbbpt.endpoints.wire.together import Together
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.soft_parts import told_width
from fedbbpt.soft_tokens import PlacedTokens, SoftTokens

URL = os.environ.get("VLLM_TEST_URL", "")
MODEL = os.environ.get("VLLM_TEST_MODEL", "smollm2")
REAL = pytest.param(
    "real",
    marks=[
        pytest.mark.vllm,
        pytest.mark.skipif(not URL, reason="VLLM_TEST_URL is not set: examples/vllm/serve.sh"),
    ],
)
ASKED = Request((Message("user", "Is it good?"),), top_logprobs=5)


@dataclass(frozen=True)
class Place:
    """A server: how to open it, and what it says its width is."""

    server: Vllm
    width: int

    async def ask(self, request: Request, **changes: object) -> Completion:
        server = replace(self.server, **changes)  # type: ignore[arg-type]
        async with server.connect() as wire:
            return await wire.send(request)


Opening = Callable[[], Awaitable[Place]]


async def width_of(server: Vllm) -> int:
    async with server.connect() as wire:
        return await _told(wire)


async def _told(wire: Wire) -> int:
    with pytest.raises(EndpointError) as caught:
        await wire.send(soft(1))
    width = told_width(str(caught.value))
    assert width is not None
    return width


def soft(width: int, at: int = 0, shift: float = 0.0) -> Request:
    grid = np.arange(3 * width, dtype=np.float64).reshape(3, width)
    return replace(ASKED, soft=PlacedTokens(SoftTokens.of(0.1 * np.sin(shift + grid)), at))


@asynccontextmanager
async def opened(kind: str) -> AsyncIterator[Place]:
    if kind == "real":
        server = Vllm(URL, MODEL)
        yield Place(server, await width_of(server))
        return
    async with contract_server() as contract:
        yield Place(Vllm(contract.url, "tiny"), WIDTH)


kinds = pytest.mark.parametrize("kind", ["contract", REAL])


@kinds
async def test_a_wrong_width_is_refused_with_the_right_one(kind: str) -> None:
    async with opened(kind) as place:
        with pytest.raises(EndpointError) as caught:
            await place.ask(soft(place.width + 1))

    assert f"write embedding_width = {place.width}" in str(caught.value)
    assert not caught.value.billed


@kinds
@pytest.mark.parametrize("at", [0, 6, len("Is it good?")])
async def test_soft_tokens_are_read_wherever_they_stand(kind: str, at: int) -> None:
    async with opened(kind) as place:
        plain = await place.ask(ASKED)
        one, again, other = [
            await place.ask(soft(place.width, at, shift)) for shift in (0.0, 0.0, 2.0)
        ]

    assert one.first == again.first
    assert one.first != other.first
    assert one.usage.prompt_tokens >= plain.usage.prompt_tokens + 3


@kinds
async def test_the_log_probabilities_of_named_tokens_come_whatever_their_rank(kind: str) -> None:
    ids = (400, 300)

    async with opened(kind) as place:
        request = soft(place.width)
        usual = await place.ask(request)
        named = await place.ask(request, label_ids=ids)

    assert len(usual.first) == 5
    assert len(ids) <= len(named.first) <= len(ids) + 1
    assert min(one.logprob for one in named.first) < usual.first[-1].logprob


@kinds
async def test_more_alternatives_than_the_server_gives_are_refused_with_their_number(
    kind: str,
) -> None:
    async with opened(kind) as place:
        with pytest.raises(EndpointError, match="write top_logprobs = 20"):
            await place.ask(replace(ASKED, top_logprobs=25), top_logprobs=25)


@kinds
async def test_a_list_has_the_answers_that_its_requests_have_alone(kind: str) -> None:
    async with opened(kind) as place:
        asked = [soft(place.width, 0, shift) for shift in (0.0, 1.0, 2.0)]
        alone = [await place.ask(one, label_ids=(400, 300), together=1) for one in asked]
        server = replace(place.server, label_ids=(400, 300))
        async with server.connect() as wire:
            listed = await asyncio.gather(*map(wire.send, asked))
            assert isinstance(wire, Together)
            kept = wire.listing

    assert kept
    for one, other in zip(alone, listed, strict=True):
        assert dict(other.first) == pytest.approx(dict(one.first), abs=1e-3)
    together = sum(one.usage.prompt_tokens for one in listed)
    assert together == sum(one.usage.prompt_tokens for one in alone)
