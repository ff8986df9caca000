"""Replies of known servers, written down from their documentation, through the real wires."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import AttemptError, Connector
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.openai_sdk import OpenAISDK
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

FOLDER = Path(__file__).parent / "cassettes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
KEY = "sk-canary-4711"


@dataclass(frozen=True)
class Cassette:
    """One reply and what it must mean.

    Attributes:
        source: the page that documents it.
        says: what is odd about it.
        path: of the base address.
        settings: of the endpoint.
        asks: fields of the request.
        sent: fields that the body must hold.
        status: of the reply.
        headers: of the reply.
        body: JSON, or a text that is sent as it is.
        expected: fields of a completion, or ``attempt``, or the words of a ``refusal``.
    """

    source: str
    says: str
    path: str
    settings: Mapping[str, Any]
    asks: Mapping[str, Any]
    sent: Mapping[str, object]
    status: int
    headers: Mapping[str, str]
    body: object
    expected: Mapping[str, Any]


def cassette(name: str) -> Cassette:
    return Cassette(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@asynccontextmanager
async def replaying(tape: Cassette) -> AsyncIterator[tuple[str, list[tuple[web.Request, bytes]]]]:
    asked: list[tuple[web.Request, bytes]] = []

    async def reply(request: web.Request) -> web.Response:
        asked.append((request, await request.read()))
        body = tape.body.encode() if isinstance(tape.body, str) else orjson.dumps(tape.body)
        return web.Response(body=body, status=tape.status, headers=tape.headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", reply)
    async with TestServer(app) as server:
        yield str(server.make_url(tape.path)).rstrip("/"), asked


async def outcome(connector: Connector, tape: Cassette) -> dict[str, Any]:
    """Return what came of one attempt, in the words of a cassette."""
    request = Request((Message("user", "Is it good?"),), **tape.asks)
    try:
        async with connector.connect() as wire:
            completion = await wire.send(request)
    except AttemptError as error:
        return {"attempt": [error.reason, error.billed, error.retry_after]}
    except EndpointError as error:
        wanted = tape.expected.get("refusal", [])
        said = [words for words in wanted if words in str(error)] or [str(error)]
        return {"refusal": said, **({"billed": True} if error.billed else {})}
    return described(completion)


def described(completion: Completion) -> dict[str, Any]:
    usage = completion.usage
    return {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "first": [[one.token, one.logprob] for one in completion.first],
        "usage": [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens],
    }


@pytest.mark.parametrize("name", NAMES)
async def test_a_reply_means_what_its_server_documents(name: str) -> None:
    tape = cassette(name)

    async with replaying(tape) as (url, asked):
        found = await outcome(OpenAI(url, "m", Secret(KEY), **tape.settings), tape)

    ((request, sent),) = asked
    body = orjson.loads(sent)
    assert found == tape.expected
    assert tape.sent.items() <= body.items()
    assert request.path == f"{tape.path}/chat/completions"


@pytest.mark.parametrize("name", NAMES)
async def test_a_client_of_the_users_own_reads_every_reply_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = cassette(name)
    settings = {k: v for k, v in tape.settings.items() if k not in {"query", "key_header"}}

    async with replaying(tape) as (url, asked):
        monkeypatch.setenv("FEDBBPT_TEST_ADDRESS", url)
        found = await outcome(OpenAISDK("sdk_clients:make_client", "m", **settings), tape)

    assert found == tape.expected
    assert len(asked) == 1


def test_every_cassette_names_its_source_and_one_kind_of_outcome() -> None:
    outcomes = ({"text", "finish_reason", "first", "usage"}, {"attempt"}, {"refusal"})

    for name in NAMES:
        tape = cassette(name)
        assert tape.source.startswith("https://"), name
        assert tape.says, name
        assert tape.expected.keys() - {"billed"} in outcomes, name


def test_usage_adds_up_with_what_was_cached() -> None:
    assert Usage(5, 1, 3) + Usage(2, 1) == Usage(7, 2, 3)
