"""A model behind real HTTP on loopback that bills, meters, and fails on demand."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
from aiohttp import web
from mock_bill import Bill
from mock_embeddings import asked_text, embedding_reply, embedding_usage
from mock_meter import Limits, Meter
from mock_model import answer_to, asked, reply_to
from mock_plans import healthy
from mock_received import Fault, Faults, Received

from fedbbpt.completions import Usage
from fedbbpt.endpoints.scripted import Scripted

REMEMBERED = 2**16
"""Replies that are kept, because arithmetic is slower than sending."""
ECHO = "X-Request-Id"


class Known(NamedTuple):
    """What a body gets: the tokens that a meter counts, what is billed, the reply by its number."""

    tokens: int
    usage: Usage
    reply: Callable[[int], bytes]


@dataclass
class MockEndpoint:
    """Answers by arithmetic; a request is billed when the model took it up.

    Attributes:
        model: what answers.
        url: base address.
        latency_seconds: of every reply.
        parallelism: requests that the model works on at once; 0 for any number.
        limits: of each account.
        echoes: whether the ``X-Request-Id`` of a request comes back with its reply.
        faults: how each request is met.
        billed: all requests that the model took up.
        headers: of every request, in order.
        log: of every request: seconds, account, tokens that the meter counts, and 200, or 429 for
            a refusal by the meter, or 0 for a fault.
        elsewhere: requests to any other address, a followed redirect for example.
        gate: replies wait while it is closed.
        meters: by account.
    """

    model: Scripted = field(default_factory=Scripted)
    url: str = ""
    latency_seconds: float = 0.0
    parallelism: int = 0
    limits: Limits = field(default_factory=Limits)
    echoes: bool = True
    faults: Faults = healthy
    billed: Bill = field(default_factory=Bill)
    headers: list[dict[str, str]] = field(default_factory=list)
    log: list[tuple[float, str, int, int]] = field(default_factory=list)
    elsewhere: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    meters: dict[str, Meter] = field(default_factory=dict)
    _times: "Counter[bytes]" = field(default_factory=Counter)
    _planned_at: int = 0
    _last: tuple[bytes, bytes, str] = (b"", b"", "")
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _known: dict[bytes, Known] = field(default_factory=dict)
    _slots: asyncio.Semaphore | None = None

    @property
    def number(self) -> int:
        """Requests received since ``plan``."""
        return len(self.headers) - self._planned_at

    @property
    def bill(self) -> int:
        """How many requests were billed."""
        return self.billed.calls.total()

    @property
    def bills(self) -> "Counter[bytes]":
        """How often each body was billed."""
        return self.billed.calls

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
            self._times.clear()
            self.faults = faults

    def change(self, limits: Limits) -> None:
        """Grant every account more or less from now on."""
        self.limits = limits
        for meter in self.meters.values():
            meter.change(limits)

    def wait_for(self, received: int, seconds: float = 30.0) -> None:
        """Return when so many requests were received in all."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.headers) >= received, seconds)
        if not arrived:
            raise AssertionError(f"only {len(self.headers)} requests came, not {received}")

    def endpoint(self, **settings: object) -> dict[str, object]:
        """Return the table of a run file that names this server."""
        return {"use": "openai", "url": self.url, "model": "small", "concurrency": 4, **settings}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Meter, bill, then fail as planned or reply."""
        body = await request.read()
        try:
            known = self._read(body, embedding=request.path.endswith("/embeddings"))
        except ValueError as error:
            return web.json_response({"error": {"message": str(error)}}, status=400)
        received = self._receive(request, body, known)
        meter = self.meters.setdefault(received.account, Meter(self.limits))
        fault = self.faults(received)
        wait = meter.take(known.tokens) if fault is None else 0.0
        status = 429 if wait else 200
        self.log.append((time.monotonic(), received.account, known.tokens, 0 if fault else status))
        if wait:
            refusal = {"error": {"message": "rate limit reached", "code": "rate_limit_exceeded"}}
            return web.json_response(refusal, status=429, headers=meter.headers(wait))
        if fault is None or fault.billed:
            self.billed.add(received.account, body, known.usage)
        return await self._work(received, fault, meter)

    async def stray(self, _request: web.Request) -> web.StreamResponse:
        """Count a request to any other address."""
        self.elsewhere += 1
        return web.json_response({"error": {"message": "no page here"}}, status=404)

    def _read(self, body: bytes, *, embedding: bool) -> Known:
        known = self._known.get(body)
        if known is None:
            known = _embedded(body) if embedding else self._completed(body)
            if len(self._known) < REMEMBERED:
                self._known[body] = known
        return known

    def _completed(self, body: bytes) -> Known:
        request = asked(body)
        completion = answer_to(self.model, request)
        model, usage = str(orjson.loads(body)["model"]), completion.usage
        tokens = usage.prompt_tokens + request.max_tokens
        return Known(tokens, usage, lambda number: reply_to(completion, model, number))

    def _receive(self, request: web.Request, body: bytes, known: Known) -> Received:
        with self._changed:
            self.headers.append(dict(request.headers))
            self._times[body] += 1
            good = known.reply(len(self.headers))
            earlier, other, other_id = self._last
            if earlier == body:
                other, other_id = b"", ""
            else:
                name = request.headers.get(ECHO, "") if self.echoes else ""
                self._last = (body, good, name)
            account = request.headers.get("Authorization", "").removeprefix("Bearer ")
            self._changed.notify_all()
            return Received(
                request, body, self.number, self._times[body], account, good, other, other_id
            )

    async def _work(
        self, received: Received, fault: Fault | None, meter: Meter
    ) -> web.StreamResponse:
        if not self.gate.is_set():
            await asyncio.to_thread(self.gate.wait)
        if self.parallelism and self._slots is None:
            self._slots = asyncio.Semaphore(self.parallelism)
        async with self._slots or nullcontext():
            if self.latency_seconds:
                await asyncio.sleep(self.latency_seconds)
        if fault is not None:
            return await fault.act(received)
        headers = meter.headers()
        if self.echoes and ECHO in received.request.headers:
            headers[ECHO] = received.request.headers[ECHO]
        return web.Response(body=received.good, content_type="application/json", headers=headers)


def _embedded(body: bytes) -> Known:
    text, model = asked_text(body), str(orjson.loads(body)["model"])
    usage, reply = embedding_usage(text), embedding_reply(text, model)
    return Known(usage.prompt_tokens, usage, lambda _number: reply)


@asynccontextmanager
async def listening(server: MockEndpoint, *more: web.RouteDef) -> AsyncIterator[MockEndpoint]:
    """Listen on loopback, with further routes, for the time of a ``with`` block."""
    server.gate.set()
    app = web.Application(client_max_size=2**24)
    app.router.add_post("/v1/chat/completions", server.answer)
    app.router.add_post("/v1/embeddings", server.answer)
    app.add_routes(more)
    app.router.add_route("*", "/{anywhere:.*}", server.stray)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        server.gate.set()
        await runner.cleanup()


@contextmanager
def serving(server: MockEndpoint) -> Iterator[MockEndpoint]:
    """Serve from a thread of its own for the time of a ``with`` block."""
    ready, stopping = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        async with listening(server):
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    if not ready.wait(10):
        raise AssertionError("the server did not start within 10 s")
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join(10)
