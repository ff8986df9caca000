"""A real server on loopback, for the tests of the wire, that answers every request in one way."""

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

KEY = "sk-canary-4711"
ASKED = Request((Message("user", "Grüße?"),), top_logprobs=20)
LOGPROBS = {"content": [{"token": "yes", "top_logprobs": [{"token": "yes", "logprob": -0.25}]}]}
CHOICE = {"message": {"content": "yes"}, "finish_reason": "length", "logprobs": LOGPROBS}
GOOD = {"choices": [CHOICE], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}
COMPLETION = Completion("yes", "length", (TokenLogprob("yes", -0.25),), Usage(7, 1))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Served:
    """Where the server listens, and what it was asked; its methods ask it."""

    url: str
    requests: list[tuple[web.Request, bytes]] = field(default_factory=list)

    def connector(self, **changes: object) -> OpenAI:
        settings = {"url": self.url, "model": "m", "key": Secret(KEY), **changes}
        return OpenAI(**settings)  # type: ignore[arg-type]

    async def send(self, request: Request = ASKED, /, **changes: object) -> Completion:
        async with self.connector(**changes).connect() as wire:
            return await wire.send(request)

    async def failure(self, **changes: object) -> AttemptError | EndpointError:
        try:
            completion = await self.send(**changes)
        except (AttemptError, EndpointError) as error:
            if KEY in "".join(traceback.format_exception(error)):
                raise AssertionError("the key appears in an error") from None
            return error
        raise AssertionError(f"no failure but {completion}")

    async def attempt_error(self, **changes: object) -> tuple[str, bool, float | None]:
        error = await self.failure(**changes)
        if not isinstance(error, AttemptError):
            raise error
        return error.reason, error.billed, error.retry_after

    async def refusal(self, **changes: object) -> str:
        error = await self.failure(**changes)
        if not isinstance(error, EndpointError):
            raise error
        return str(error)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Served]:
    async def recorded(request: web.Request) -> web.StreamResponse:
        served.requests.append((request, await request.read()))
        return await handler(request)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", recorded)
    async with TestServer(app) as server:
        served = Served(str(server.make_url("/v1")))
        yield served


def answering(
    body: bytes | object, status: int = 200, headers: dict[str, str] | None = None
) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(body=data, status=status, headers=headers)

    return handler


def saying(message: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "code": None}}
