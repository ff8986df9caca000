"""A server on loopback that takes batch files as OpenAI does, bills what it answers, and fails on
demand.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from batch_office import TARIFF, BatchOffice
from mock_model import answer_to, asked, reply_to

from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.secret import Secret

KEY = "sk-batch-canary-4712"


@dataclass
class BatchServer(BatchOffice):
    """The office behind HTTP.

    Attributes:
        url: base address.
        broken: paths below ``/v1``, each with what the next calls of them meet: ``"503"``, a
            ``"lost"`` reply to what was done, or a connection that is ``"reset"`` before it.
        keeps_metadata: whether a batch says what it was made with.
        takes_batches: whether it knows batches at all.
        online: bodies of chats outside of batches.
        log: method and path of every call.
        strike: told the number of a call, from 1, and whether it was acted upon already.
    """

    url: str = ""
    broken: dict[str, list[str]] = field(default_factory=dict)
    keeps_metadata: bool = True
    takes_batches: bool = True
    online: list[bytes] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    strike: Callable[[int, bool], None] = lambda _number, _acted: None

    def connector(self, **changes: object) -> OpenAI:
        settings = {"url": self.url, "model": "m", "key": Secret(KEY), "poll_seconds": 0.001}
        return OpenAI(**{"transport": "batch", **settings, **changes})  # type: ignore[arg-type]

    def forget(self) -> None:
        """Be as new, at the same address."""
        super().forget()
        self.online.clear()
        self.log.clear()

    def routes(self) -> list[web.RouteDef]:
        handlers = (
            ("POST", "/v1/chat/completions", self._chat),
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files", self._list_files),
            ("DELETE", "/v1/files/{id}", self._delete),
            ("GET", "/v1/files/{id}/content", self._content),
            ("POST", "/v1/batches", self._create),
            ("GET", "/v1/batches", self._list_batches),
            ("GET", "/v1/batches/{id}", self._look),
        )
        offered = handlers if self.takes_batches else handlers[:1]
        return [web.route(method, path, self._met(handler)) for method, path, handler in offered]

    def _met(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def meet(request: web.Request) -> web.StreamResponse:
            call = f"{request.method} {request.path.removeprefix('/v1')}"
            self.log.append(call)
            number = len(self.log)
            self.strike(number, False)
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                return refusal(401, "no such key")
            faults = self.broken.get(call)
            fault = faults.pop(0) if faults else ""
            if fault.isdecimal():
                return refusal(int(fault), "out of order")
            if fault != "reset":
                made: web.StreamResponse = await handler(request)
                self.strike(number, True)
            if fault:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            return made

        return meet

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.online.append(body)
        completion = answer_to(self.model, asked(body))
        self.nanodollars += TARIFF.charge(completion.usage)
        model = orjson.loads(body)["model"]
        return web.Response(body=reply_to(completion, model, 0), content_type="application/json")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        sent = form["file"]
        if form["purpose"] != "batch" or not isinstance(sent, web.FileField):
            return refusal(400, "no batch file")
        file_id = f"file-{len(self.names)}"
        self.files[file_id], self.names[file_id] = sent.file.read(), sent.filename
        self.uploads.append(self.files[file_id])
        return web.json_response({"id": file_id, "object": "file", "filename": sent.filename})

    async def _list_files(self, _request: web.Request) -> web.StreamResponse:
        data = [{"id": one, "filename": self.names[one]} for one in self.files]
        return web.json_response({"object": "list", "data": data, "has_more": False})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["id"]
        if self.files.pop(file_id, None) is None:
            return refusal(404, "no such file")
        return web.json_response({"id": file_id, "deleted": True})

    async def _content(self, request: web.Request) -> web.StreamResponse:
        held = self.files.get(request.match_info["id"])
        return refusal(404, "no such file") if held is None else web.Response(body=held)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        sent = orjson.loads(await request.read())
        if sent["input_file_id"] not in self.files or sent["endpoint"] != "/v1/chat/completions":
            return refusal(400, "no such file")
        metadata = sent["metadata"] if self.keeps_metadata else None
        return web.json_response(self.made(sent, metadata=metadata))

    async def _list_batches(self, request: web.Request) -> web.StreamResponse:
        newest = list(reversed(self.batches.values()))
        after = request.query.get("after")
        start = 1 + [one["id"] for one in newest].index(after) if after else 0
        # Pages of two, so that every run turns some.
        page, more = newest[start : start + 2], len(newest) > start + 2
        return web.json_response({"object": "list", "data": page, "has_more": more})

    async def _look(self, request: web.Request) -> web.StreamResponse:
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return refusal(404, "no such batch")
        shown = dict(batch)
        self.walk(batch)
        return web.json_response(shown)


def refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "code": None}}, status=status)


@asynccontextmanager
async def listening(server: BatchServer) -> AsyncIterator[BatchServer]:
    """Listen on loopback for the time of a ``with`` block."""
    app = web.Application(client_max_size=2**24)
    app.add_routes(server.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


@contextmanager
def serving(server: BatchServer) -> Iterator[BatchServer]:
    """Serve from a thread of its own for the time of a ``with`` block."""
    ready = threading.Event()
    held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stopping = asyncio.Event()
        held.append((asyncio.get_running_loop(), stopping))
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
        loop, stopping = held[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
