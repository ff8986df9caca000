import asyncio
import socket

import orjson
import pytest
from aiohttp import web
from chat_server import ASKED, COMPLETION, GOOD, KEY, Handler, Served, answering, saying, serving
from test_private_authority import serving_privately

from fedbbpt.completions import Completion
from fedbbpt.config.endpoints import connector
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai_sdk import OpenAISDK
from fedbbpt.errors import ConfigError, EndpointError

MAKE = "sdk_clients:make_client"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "At":
    return At(monkeypatch)


class At:
    """Asks through a client whose maker finds the address in a variable, as a user's would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set = monkeypatch.setenv

    async def send(self, url: str, client: str = MAKE, timeout_seconds: float = 60.0) -> Completion:
        self._set("FEDBBPT_TEST_ADDRESS", url)
        settings = OpenAISDK(client, "m", timeout_seconds=timeout_seconds)
        async with settings.connect() as wire:
            return await wire.send(ASKED)

    async def attempt(self, url: str, timeout_seconds: float = 60.0) -> tuple[str, bool]:
        with pytest.raises(AttemptError) as caught:
            await self.send(url, timeout_seconds=timeout_seconds)
        return caught.value.reason, caught.value.billed

    async def refusal(self, url: str, client: str = MAKE) -> str:
        with pytest.raises(EndpointError) as caught:
            await self.send(url, client)
        assert KEY not in str(caught.value)
        return str(caught.value)


async def test_the_users_client_sends_what_the_own_wire_would(at: At) -> None:
    async with serving(answering(GOOD)) as served:
        completion = await at.send(served.url)
        own = await served.send()

    (first, sent), (_, own_sent) = served.requests
    assert completion == own == COMPLETION
    assert orjson.loads(sent) == orjson.loads(own_sent)
    assert first.headers["Authorization"] == f"Bearer {KEY}"


async def test_an_azure_client_goes_where_azure_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []

    async def reply(request: web.Request) -> web.Response:
        paths.append((request.path_qs, request.headers["api-key"]))
        return web.Response(body=orjson.dumps(GOOD))

    app = web.Application()
    app.router.add_post("/openai/{rest:.*}", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    monkeypatch.setenv("FEDBBPT_TEST_ADDRESS", f"http://{host}:{port}")
    settings = OpenAISDK("sdk_clients:make_azure_client", "small")
    async with settings.connect() as wire:
        completion = await wire.send(ASKED)
    await runner.cleanup()

    assert completion == COMPLETION
    place = "/openai/deployments/small/chat/completions?api-version=2024-10-21"
    assert paths == [(place, KEY)]
    assert settings.profile().destination == f"http://{host}:{port}/openai"


async def test_one_attempt_is_one_request_whatever_comes_back(at: At) -> None:
    async with serving(answering(saying("busy"), 503)) as served:
        failure = await at.attempt(served.url)

    assert failure == ("status 503", False)
    assert len(served.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_its_redirects_are_not_followed(status: int, at: At) -> None:
    async with serving(answering(GOOD)) as other:
        target = {"Location": f"{other.url}/chat/completions"}
        async with serving(answering(b"", status, target)) as served:
            refusal = await at.refusal(served.url)

    assert "redirects" in refusal
    assert not other.requests


def cut() -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"choices":')
        assert request.transport is not None
        request.transport.close()
        return response

    return handler


def closed() -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    return handler


@pytest.mark.parametrize("handler", [cut(), closed()])
async def test_a_lost_connection_may_have_billed(handler: Handler, at: At) -> None:
    async with serving(handler) as served:
        failure = await at.attempt(served.url)

    assert failure == ("connection lost", True)


async def test_too_slow_a_reply_may_have_billed(at: At) -> None:
    released = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    async with serving(slow) as served:
        failure = await at.attempt(served.url, 0.1)
        released.set()

    assert failure == ("timeout", True)


async def test_nobody_listening_certainly_did_not_bill(at: At) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody can take it

        failure = await at.attempt(f"http://127.0.0.1:{held.getsockname()[1]}/v1")

    assert failure == ("connection failed", False)


async def test_an_untrusted_certificate_is_final(at: At) -> None:
    async with serving_privately() as url:
        refusal = await at.refusal(url, "sdk_clients:make_verifying_client")

    assert "certificate is not trusted" in refusal


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        ("no_such_module:make", "No module named.*PYTHONPATH"),
        ("sdk_clients:no_such_function", "no_such_function"),
        ("sdk_clients:make_sync_client", "returned OpenAI; it must return an openai.AsyncOpenAI"),
        ("sdk_clients:make_client_over_plain_http", "its base_url: .*plain http"),
        ("sdk_clients:make_client_without_a_key", "make_client_without_a_key: "),
    ],
)
def test_a_client_that_cannot_be_used_is_said(
    client: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)

    with pytest.raises(ConfigError, match=f"^client: .*{problem}"):
        OpenAISDK(client, "m").profile()


@pytest.mark.parametrize("client", ["", "module", "module:", ":make", "a b:make", "m:f()"])
def test_a_client_is_named_as_a_function_of_a_module(client: str) -> None:
    with pytest.raises(ValueError, match=r"^client: .*names no function"):
        OpenAISDK(client, "m")


def test_a_run_file_names_it_like_any_other_endpoint() -> None:
    table = {"use": "openai_sdk", "client": MAKE, "model": "m", "extra_body": {"a": 1}}

    profile = connector(table, "endpoint", {}).profile()

    assert (profile.name, profile.local) == ("openai_sdk m", True)
    assert profile.form.extra_body == {"a": 1}


def test_its_identity_is_that_of_the_address_and_not_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = OpenAISDK(MAKE, "m")
    first = settings.profile().identity
    azure = OpenAISDK("sdk_clients:make_azure_client", "m").profile().identity

    monkeypatch.setenv("FEDBBPT_TEST_ADDRESS", "http://127.0.0.1:10/v1")

    assert first != settings.profile().identity
    assert first != azure
    assert first == Served("http://127.0.0.1:9/v1").connector().profile().identity
