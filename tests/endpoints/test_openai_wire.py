import asyncio
import socket

import orjson
import pytest
from aiohttp import web
from chat_server import ASKED, COMPLETION, GOOD, KEY, Served, answering, serving

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.wire.replies import MAX_BODY


async def test_a_good_reply_becomes_a_completion() -> None:
    async with serving(answering(GOOD)) as served:
        completion = await served.send()

    assert completion == COMPLETION


async def test_the_request_carries_the_chat_body_the_key_and_the_given_headers() -> None:
    async with serving(answering(GOOD)) as served:
        await served.send(headers={"X-Team": "a"})
        await served.send(key=None)

    (first, body), (second, again) = served.requests
    assert orjson.loads(body)["messages"] == [{"role": "user", "content": "Grüße?"}]
    assert body == again
    assert first.headers["Authorization"] == f"Bearer {KEY}"
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["X-Team"] == "a"
    assert "Authorization" not in second.headers


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        raise AssertionError("the environment redirected a request")

    async with serving(answering(GOOD)) as served, serving(elsewhere) as other:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-ambient")
        monkeypatch.setenv("OPENAI_ORG_ID", "ambient")
        before = OpenAI(served.url, "m").profile()
        completion = await served.send(key=None)

    assert completion == COMPLETION
    assert before.destination == served.url
    assert not other.requests
    assert "ambient" not in str(served.requests[0][0].raw_headers)
    assert "Authorization" not in served.requests[0][0].headers


@pytest.mark.parametrize(
    "body",
    [
        orjson.dumps(GOOD)[:-9],
        b"",
        b"<html>maintenance</html>",
        b"\xff",
        b"[" * 3000,
        {"choices": [{"message": {"content": 3}}]},
        {"error": {"message": "inside a 200"}},
        orjson.dumps(GOOD).replace(b"-0.25", b"NaN"),
        orjson.dumps(GOOD).replace(b"-0.25", b'"NaN"'),
        orjson.dumps(GOOD).replace(b"-0.25", b"-1e999"),
    ],
)
async def test_a_body_that_is_no_completion_may_have_billed(body: object) -> None:
    async with serving(answering(body)) as served:
        failure = await served.attempt_error()

    assert failure == ("unreadable body", True, None)


async def test_a_body_cut_off_by_the_connection_may_have_billed() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"choices":')
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(cut) as served:
        failure = await served.attempt_error()

    assert failure == ("unreadable body", True, None)


async def test_a_wrong_content_type_does_not_matter() -> None:
    html = answering(GOOD, headers={"Content-Type": "text/html; charset=latin-1"})

    async with serving(html) as served:
        completion = await served.send()

    assert completion == COMPLETION


async def test_no_choice_is_a_failure_of_its_own() -> None:
    async with serving(answering({"choices": []})) as served:
        failure = await served.attempt_error()

    assert failure == ("empty choices", True, None)


async def test_absent_log_probabilities_are_a_failure_where_they_are_promised() -> None:
    plain = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}

    async with serving(answering(plain)) as served:
        promised = await served.attempt_error()
        not_promised = await served.send(top_logprobs=0)
        not_asked = await served.send(Request(ASKED.messages))

    assert promised == ("no log-probabilities", True, None)
    assert not_promised == not_asked == Completion("yes")


@pytest.mark.parametrize("text", ["", "\ufffd"])
async def test_no_token_or_half_a_character_is_an_answer_without_log_probabilities(
    text: str,
) -> None:
    silent = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}

    async with serving(answering(silent)) as served:
        completion = await served.send()

    assert completion == Completion(text)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_huge_body_is_dropped_before_it_fills_the_memory(encoding: str) -> None:
    async def huge(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b" " * (MAX_BODY + 4096))
        if encoding == "gzip":
            response.enable_compression(web.ContentCoding.gzip)
        return response

    async with serving(huge) as served:
        failure = await served.attempt_error()

    assert failure == ("oversized body", True, None)


async def test_too_slow_a_reply_may_have_billed() -> None:
    released = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    async with serving(slow) as served:
        failure = await served.attempt_error(timeout_seconds=0.1)
        released.set()

    assert failure == ("timeout", True, None)


async def test_a_connection_closed_before_the_reply_may_have_billed() -> None:
    async def close(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with serving(close) as served:
        failure = await served.attempt_error()

    assert failure == ("connection lost", True, None)


async def test_a_reply_that_is_no_http_may_have_billed() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-x\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        failure = await Served(f"http://127.0.0.1:{port}/v1").attempt_error()

    assert failure == ("connection lost", True, None)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nobody_listening_certainly_did_not_bill(scheme: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody can take it
        url = f"{scheme}://127.0.0.1:{held.getsockname()[1]}/v1"

        failure = await Served(url).attempt_error()

    assert failure == ("connection failed", False, None)


async def test_cookies_are_not_kept_and_connections_are() -> None:
    peers = set()

    async def track(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(body=orjson.dumps(GOOD), headers={"Set-Cookie": "track=1; Path=/"})

    async with serving(track) as served, served.connector().connect() as wire:
        await wire.send(ASKED)
        await wire.send(ASKED)

    assert len(served.requests) == 2
    assert all("Cookie" not in request.headers for request, _ in served.requests)
    assert len(peers) == 1


async def test_the_fingerprint_question_is_greedy_and_short() -> None:
    async with serving(answering(GOOD)) as served:
        await served.send(fingerprint_request())

    body = orjson.loads(served.requests[0][1])
    assert (body["temperature"], body["max_tokens"]) == (0, 4)


async def test_a_session_closes_even_when_the_block_fails() -> None:
    async with serving(answering(GOOD)) as served:
        with pytest.raises(LookupError):
            async with served.connector().connect() as wire:
                raise LookupError
        with pytest.raises(RuntimeError, match="closed"):
            await wire.send(ASKED)
