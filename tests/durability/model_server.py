"""A model behind real HTTP on loopback that counts what it would bill, with faults on demand."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from whole_runs import LEXICON

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.prompts import messages_from

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]
Faults = Callable[[int], Fault | None]

MODEL = Scripted(lexicon=LEXICON)


def healthy(_number: int) -> None:
    """Plan no fault."""


@dataclass
class ModelServer:
    """A model that answers by arithmetic; a body is billed when it was received whole.

    Attributes:
        url: base address.
        latency_seconds: of every reply.
        bills: how often each body was received, successfully answered or not.
        headers: of every request, in order.
        faults: for the number of a request since ``plan``, from 1, the fault to meet it with.
        gate: replies wait while it is closed.
    """

    url: str = ""
    latency_seconds: float = 0.0
    bills: "Counter[bytes]" = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: Faults = healthy
    gate: threading.Event = field(default_factory=threading.Event)
    _planned_at: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def number(self) -> int:
        """Requests received since ``plan``."""
        return len(self.headers) - self._planned_at

    @property
    def bill(self) -> int:
        """All requests received."""
        return self.bills.total()

    def plan(self, faults: Faults) -> None:
        """Meet the coming requests with faults, counted from 1.

        Requests that an earlier run gave up may still be on their way: they are awaited first.
        """
        before = -1
        while before != len(self.headers):
            before = len(self.headers)
            time.sleep(0.03)
        with self._changed:
            self._planned_at = len(self.headers)
            self.faults = faults

    def wait_for(self, received: int, seconds: float = 30.0) -> None:
        """Return when so many requests were received in all."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.headers) >= received, seconds)
        assert arrived, f"only {len(self.headers)} requests came, not {received}"

    def endpoint(self, **settings: object) -> dict[str, object]:
        """Return the table of a run file that names this server."""
        return {"use": "openai", "url": self.url, "model": "small", "concurrency": 4, **settings}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Bill, then fail as planned or reply."""
        body = await request.read()
        with self._changed:
            self.bills[body] += 1
            self.headers.append(dict(request.headers))
            fault = self.faults(self.number)
            self._changed.notify_all()
        if not self.gate.is_set():
            await asyncio.to_thread(self.gate.wait)
        await asyncio.sleep(self.latency_seconds)
        if fault is not None:
            return await fault(request)
        return web.json_response(body=orjson.dumps(reply_body(body)))


def asked(body: bytes) -> Request:
    """Return the request that a body carries; its sample stays at home."""
    sent = orjson.loads(body)
    return Request(
        messages=messages_from(sent["messages"]),
        max_tokens=sent["max_tokens"],
        temperature=sent["temperature"],
        top_logprobs=sent.get("top_logprobs", 0),
    )


def reply_body(body: bytes) -> dict[str, object]:
    """Return the reply that the model gives to a body, in the OpenAI chat format."""
    completion: Completion = MODEL.reply(asked(body))
    alternatives: Sequence[dict[str, object]] = [
        {"token": one.token, "logprob": one.logprob} for one in completion.first
    ]
    content = [{"token": completion.text, "top_logprobs": alternatives}]
    choice = {
        "message": {"role": "assistant", "content": completion.text},
        "finish_reason": "stop",
        "logprobs": {"content": content} if alternatives else None,
    }
    usage = completion.usage
    counts = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }
    return {"choices": [choice], "usage": counts}


@contextmanager
def serving(latency_seconds: float = 0.0) -> Iterator[ModelServer]:
    """Serve the model from a thread of its own for the time of a ``with`` block."""
    server = ModelServer(latency_seconds=latency_seconds)
    server.gate.set()
    ready, stopping = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/v1/chat/completions", server.answer)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/v1"
        loops.append(asyncio.get_running_loop())
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        server.gate.set()
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join(10)


def replying(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Fault:
    """Return a fault: this body, as bytes or as JSON, with this status."""

    async def fault(_request: web.Request) -> web.StreamResponse:
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(body=data, status=status, headers=headers)

    return fault


def saying(message: str, status: int, code: str | None = None, **headers: str) -> Fault:
    """Return a fault: a refusal in the usual shape; header names are given with underscores."""
    body = {"error": {"message": message, "type": "error", "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replying(body, status, named)


async def silence(_request: web.Request) -> web.StreamResponse:
    """Never reply."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits an hour")


async def broken_off(request: web.Request) -> web.StreamResponse:
    """Promise more bytes than come, then hang up."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.close()
    return response


def at(number: int, fault: Fault) -> Faults:
    """Plan a fault for one request only."""
    return lambda asked_now: fault if asked_now == number else None


def since(number: int, fault: Fault) -> Faults:
    """Plan a fault for a request and all after it."""
    return lambda asked_now: fault if asked_now >= number else None
