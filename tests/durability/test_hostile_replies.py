import asyncio
import dataclasses
import typing
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import orjson
import pytest
from aiohttp import web
from hostile_replies import Hostile, hostile_replies
from mock_faults import replying
from mock_plans import by_number, healthy, since
from mock_received import Fault, Received
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import final_bytes, run_table, smallest_table, stats, tune, write_run

from fedbbpt import messages
from fedbbpt.completions import Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.records.completion_json import completion_from, completion_payload
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message

COUNT = 150
TORTURE = 3_000
REQUEST = Request((Message("user", "Note: late again. Mood:"),), top_logprobs=5)
HEADERS = ("Content-Location", "Refresh", "Alt-Svc", "Link", "Set-Cookie", "X-Accel-Redirect")
"""Headers by which a server may name another place, or ask to be told something again."""


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def trap() -> Iterator[MockEndpoint]:
    """Serve where nothing may ever arrive."""
    with serving() as served:
        yield served


def as_fault(one: Hostile) -> Fault:
    return replying(one.body, one.status, one.headers)


async def outcomes(server: MockEndpoint, replies: list[Hostile]) -> list[str]:
    """Meet every reply with one attempt; return what each came to, in a word."""
    server.plan(by_number(lambda n: as_fault(replies[n - 1])))
    came = []
    async with OpenAI(url=server.url, model="small", timeout_seconds=5).connect() as wire:
        for _ in replies:
            try:
                reply = await wire.send(REQUEST)
            except AttemptError:
                came.append("may pass")
            except EndpointError as error:
                came.append("refused" if str(error).isprintable() else f"unfit: {error!r}")
            else:
                assert completion_from(completion_payload(reply)) == reply
                came.append("completion")
    return came


@pytest.mark.parametrize("count", [COUNT, pytest.param(TORTURE, marks=pytest.mark.torture)])
async def test_whatever_a_server_sends_is_an_answer_or_a_named_failure(
    server: MockEndpoint, count: int
) -> None:
    replies = hostile_replies(count)

    came = await outcomes(server, replies)

    assert len(came) == count >= 100
    assert {"may pass", "refused", "completion"} == set(came)
    assert came.count("may pass") > count / 3


def test_a_whole_run_amid_hostile_replies_leaves_the_same_bytes(
    server: MockEndpoint, tmp_path: Path
) -> None:
    replies = hostile_replies(COUNT)
    came = asyncio.run(outcomes(server, replies))
    passing = [
        one
        for one, word in zip(replies, came, strict=True)
        if word == "may pass" and one.name != "a wish for ever"  # which pauses the run, rightly
    ]
    file = write_run(tmp_path, run_table(server.endpoint(timeout_seconds=60)))
    server.plan(healthy)
    tune(file, tmp_path / "healthy")
    server.plan(
        by_number(lambda n: as_fault(passing[n // 3 % len(passing)]) if n % 3 == 2 else None)
    )

    tune(file, tmp_path / "hostile")

    assert final_bytes(tmp_path / "hostile") == final_bytes(tmp_path / "healthy")
    assert stats(tmp_path / "hostile")["failed"] >= len(passing) / 2


def test_no_reply_names_the_place_of_the_next_request(
    server: MockEndpoint, trap: MockEndpoint, tmp_path: Path
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint()))
    server.plan(healthy)
    tune(file, tmp_path / "plain")
    place = f"{trap.url}/chat/completions"
    headers = {name: f"{name}={place}; url={place}" for name in HEADERS} | {"Location": place}
    fields = {"url": place, "base_url": trap.url, "next": place, "endpoint": {"url": trap.url}}
    earlier = len(server.headers)

    async def pointing(received: Received) -> web.StreamResponse:
        return web.json_response({**orjson.loads(received.good), **fields}, headers=headers)

    server.plan(since(1, Fault(pointing)))
    tune(file, tmp_path / "pointed")

    sent = server.headers[earlier:]
    assert len(sent) > 20
    assert trap.headers == []
    assert server.elsewhere == 0
    assert {one["Host"] for one in sent} == {urlsplit(server.url).netloc}
    assert not any("Cookie" in one for one in sent)
    assert final_bytes(tmp_path / "pointed") == final_bytes(tmp_path / "plain")


def texts_in(message: type) -> set[str]:
    """Return where a message can hold text, going into dataclasses, unions and generics."""
    found, seen, left = set(), set[object](), [("", typing.cast("object", message))]
    while left:
        path, kind = left.pop()
        if kind is str:
            found.add(path)
        if kind in seen or typing.get_origin(kind) is np.ndarray:
            continue
        seen.add(kind)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            hints = typing.get_type_hints(kind)
            left += [
                (f"{kind.__name__}.{field.name}", hints[field.name])
                for field in dataclasses.fields(kind)
            ]
        left += [(path, part) for part in typing.get_args(kind)]
    return found


def test_no_message_can_hold_an_address() -> None:
    texts = texts_in(messages.Assignment)

    # A digest that must match, the name of one of three splits, names of domains, and instructions
    # that prompts are made of, which are bounded and go nowhere else.
    assert texts == {
        "Assignment.fingerprint",
        "Assignment.texts",
        "Evaluate.split",
        "Grouped.groups",
    }
