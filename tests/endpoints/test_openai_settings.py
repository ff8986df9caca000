import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from chat_server import COMPLETION, GOOD, KEY, answering, serving

from fedbbpt.canonical import digest
from fedbbpt.completions import Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

URL = "https://host/v1"
ASKED = Request((Message("user", "Hi"),), max_tokens=3)
FORM = {
    "token_limit": "max_completion_tokens",
    "temperature": False,
    "reasoning_tokens": 100,
    "extra_body": {"reasoning_effort": "low"},
}


@asynccontextmanager
async def refusing_tunnels(status: int) -> AsyncIterator[str]:
    """Yield the address of a proxy that answers CONNECT with a status."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_azure_address_takes_its_version_and_its_key_where_azure_wants_them() -> None:
    async with serving(answering(GOOD)) as served:
        completion = await served.send(query={"api-version": "2024-10-21"}, key_header="api-key")

    ((request, _),) = served.requests
    assert completion == COMPLETION
    assert request.query_string == "api-version=2024-10-21"
    assert request.headers["api-key"] == KEY
    assert "Authorization" not in request.headers


async def test_the_form_changes_the_body_and_nothing_else() -> None:
    async with serving(answering(GOOD)) as served:
        await served.send(ASKED, top_logprobs=0, **FORM)

    ((_, body),) = served.requests
    assert orjson.loads(body) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_completion_tokens": 103,
        "reasoning_effort": "low",
    }


def test_settings_that_change_replies_change_the_identity_and_others_do_not() -> None:
    plain = OpenAI(URL, "m", top_logprobs=0).profile().identity
    telling: list[dict[str, Any]] = [{"query": {"api-version": "1"}}]
    telling += [{name: value} for name, value in FORM.items()]

    identities = {OpenAI(URL, "m", top_logprobs=0, **one).profile().identity for one in telling}
    way = {"key": Secret(KEY), "key_header": "api-key", "proxy": "http://proxy:3128"}

    assert len(identities | {plain}) == 1 + len(telling)
    assert OpenAI(URL, "m", top_logprobs=0, **way).profile().identity == plain  # type: ignore[arg-type]


def test_settings_left_alone_keep_the_identity_of_journals_from_before_they_existed() -> None:
    profile = OpenAI(URL, "m").profile()

    assert profile.identity == digest({"url": URL, "model": "m", "headers": {}})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"query": {"api-key": "canary"}}, "query: api-key looks like a secret"),
        ({"query": {"sig": "canary"}}, "query: sig looks like a secret"),
        ({"query": {"": "x"}}, "query: '' cannot be set"),
        ({"query": {"v": "a\nb"}}, "query: 'v' cannot be set"),
        ({"key_header": ""}, "key_header: '' cannot carry a key"),
        ({"key_header": "Host"}, "key_header: 'Host' cannot carry a key"),
        ({"key_header": "api key"}, "key_header: 'api key' cannot carry a key"),
        ({"token_limit": "max"}, "token_limit: 'max' is unknown; write 'max_tokens'"),
        ({"reasoning_tokens": -1}, "reasoning_tokens: -1 is below 0"),
        ({"reasoning_tokens": 9}, "top_logprobs: with reasoning_tokens the first token"),
        ({"extra_body": {"messages": []}}, "extra_body: messages is set by the run"),
        ({"extra_body": {"model": "x"}}, "extra_body: model is set by the run"),
        ({"extra_body": {"stream": True}}, "extra_body: stream is set by the run"),
        ({"extra_body": {"api_key": "canary"}}, "extra_body: api_key looks like a secret"),
        ({"extra_body": {"a": [{"b": math.nan}]}}, "extra_body: it holds a value"),
        ({"extra_body": {"a": 2**70}}, "extra_body: it holds a value"),
        ({"extra_body": {"a": Path()}}, "extra_body: it holds a value"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}") as caught:
        OpenAI(URL, "m", **changes)

    assert "canary" not in str(caught.value)


def test_extra_fields_are_a_copy() -> None:
    table: dict[str, Any] = {"options": {"a": [1]}}
    connector = OpenAI(URL, "m", extra_body=table)

    table["options"]["a"].append(2)

    assert connector.extra_body == {"options": {"a": [1]}}
    assert connector.profile().form.extra_body == {"options": {"a": [1]}}
    assert isinstance(hash(connector), int)


async def test_a_proxy_that_is_named_is_used_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")

    async with serving(answering(GOOD)) as proxy:
        address = proxy.url.removesuffix("/v1")
        connector = OpenAI("http://model.example/v1", "m", proxy=f"{address}/")
        async with connector.connect() as wire:
            completion = await wire.send(ASKED)

    ((request, _),) = proxy.requests
    profile = connector.profile()
    assert completion.text == "yes"
    assert request.headers["Host"] == "model.example"
    assert profile.destination == f"http://model.example/v1 through the proxy {address}"
    assert not profile.local


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"proxy": "http://user:canary@proxy:1"}, "a user or password, which no run file holds"),
        ({"proxy": "proxy:3128"}, "neither http nor https"),
        ({"proxy": "socks5://proxy:1"}, "neither http nor https"),
        ({"proxy": "http://proxy:1/path"}, "more than a host and a port"),
        ({"proxy": "http://proxy:1?x=canary"}, "a query or a fragment"),
        ({"proxy": "http://[::1"}, "cannot be read"),
        (
            {"url": "http://127.0.0.1/v1", "proxy": "http://proxy:1", "key": Secret(KEY)},
            "a key would travel to the proxy in the clear",
        ),
    ],
)
async def test_a_proxy_that_cannot_be_meant_is_refused(
    changes: dict[str, Any], problem: str
) -> None:
    connector = OpenAI(**{"url": URL, "model": "m", **changes})

    with pytest.raises(ConfigError, match=f"^proxy: .*{problem}") as caught:
        connector.profile()
    with pytest.raises(ConfigError, match=r"^proxy: "):
        async with connector.connect():
            pass

    assert "canary" not in str(caught.value)


def test_what_goes_through_a_proxy_elsewhere_is_not_local() -> None:
    here, there = "http://127.0.0.1:3128", "http://proxy:3128"

    local = [OpenAI("http://localhost/v1", "m", proxy=one).profile().local for one in (here, there)]

    assert local == [True, False]


async def test_a_proxy_that_builds_no_tunnel_has_cost_nothing() -> None:
    async with refusing_tunnels(502) as address:
        connector = OpenAI("https://model.example/v1", "m", proxy=address)
        async with connector.connect() as wire:
            with pytest.raises(AttemptError) as caught:
                await wire.send(ASKED)

    assert (caught.value.reason, caught.value.billed) == ("proxy status 502", False)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_a_password_is_final(scheme: str) -> None:
    async with refusing_tunnels(407) as address:
        connector = OpenAI(f"{scheme}://model.example/v1", "m", proxy=address)
        async with connector.connect() as wire:
            with pytest.raises(EndpointError, match="the proxy wants a user and password"):
                await wire.send(ASKED)
