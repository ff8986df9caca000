"""A chat server on loopback that plays one of several endpoints, in a thread of its own."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

Body = dict[str, Any]


@dataclass
class Play:
    """How the endpoint behaves, and what it was asked.

    Attributes:
        model: the name in its replies, or None for none.
        most: alternatives that it reports at most; None ignores the wish for any.
        refused: fields that it answers with 400.
        noise: nats by which log-probabilities move from call to call.
        seeded: a seed decides the draw.
        status: of every reply.
        delay: seconds before every reply.
        busy: more requests than that at once are answered with 429; 0 for no limit.
        text: of every reply at temperature 0.
        body: sent in the place of every reply, or None.
        loading: so many first requests are answered with 503.
    """

    model: str | None = "small"
    most: int | None = 20
    refused: tuple[str, ...] = ()
    noise: float = 0.0
    seeded: bool = True
    status: int = 200
    delay: float = 0.002
    busy: int = 0
    text: str = "bright"
    body: bytes | None = None
    loading: int = 0
    asked: list[Body] = field(default_factory=list)
    url: str = ""
    _count: Iterator[int] = field(default_factory=itertools.count)
    _under_way: int = 0

    async def elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Answer at any other address."""
        return said(404, f"no page at {request.path}")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body: Body = orjson.loads(await request.read())
        self.asked.append(body)
        self._under_way += 1
        try:
            await asyncio.sleep(self.delay)
            if len(self.asked) <= self.loading:
                return said(503, "Loading model")
            busy = self.busy and self._under_way > self.busy
            if self.status != 200 or busy:
                echo = request.headers.get("Authorization", "")
                return said(429 if busy else self.status, f"no entry for {echo}")
            if self.body is not None:
                return web.Response(body=self.body)
            if (wrong := self.wrong(body)) is not None:
                return said(400, wrong)
            return web.json_response(self.reply(body))
        finally:
            self._under_way -= 1

    def wrong(self, body: Body) -> str | None:
        for name in self.refused:
            if name in body:
                return f"Unsupported parameter: '{name}' is not supported with this model."
        wanted = body.get("top_logprobs", 0)
        if self.most is not None and wanted > self.most:
            return f"top_logprobs: {wanted} is above {self.most}"
        return None

    def reply(self, body: Body) -> Body:
        number = next(self._count)
        text = self.text
        if body.get("temperature", 1) > 0 and self.text:
            text = f"boat {body['seed'] if self.seeded and 'seed' in body else number}"
        choice: Body = {"message": {"content": text}, "finish_reason": "stop"}
        if self.most is not None and body.get("top_logprobs"):
            moved = self.noise * (number % 3)
            likely = [
                {"token": f"t{rank}", "logprob": -0.5 - rank - moved}
                for rank in range(body["top_logprobs"])
            ]
            choice["logprobs"] = {
                "content": [{"token": "t0", "logprob": -0.5, "top_logprobs": likely}]
            }
        usage = {"prompt_tokens": 9, "completion_tokens": 16}
        named = {} if self.model is None else {"model": self.model}
        return {"choices": [choice], "usage": usage, **named}


@contextmanager
def playing(play: Play) -> Iterator[Play]:
    """Serve for the time of a ``with`` block; ``play.url`` says where."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> TestServer:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", play.answer)
        app.router.add_post("/{path:.*}", play.elsewhere)
        server = TestServer(app)
        await server.start_server()
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        play.url = str(server.make_url("/v1"))
        yield play
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def said(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status)
