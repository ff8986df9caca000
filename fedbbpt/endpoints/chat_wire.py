"""One attempt over HTTP at one chat completion."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import orjson

from fedbbpt.chat_format import chat_body, read_chat
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.failures import Refusal, refusal_error, transport_error
from fedbbpt.secret import Secret

MAX_BODY = 4 * 1024 * 1024
MAX_REFUSAL = 64 * 1024
CONNECT_SECONDS = 10.0
HALF_CHARACTER = "\ufffd"
NO_LOGPROBS = "no log-probabilities"
IDLE_SECONDS = 4.0
"""vLLM's server drops idle connections after 5 s; a request sent into that moment is lost."""


@dataclass(frozen=True, slots=True)
class ChatServer:
    """Where and how to ask.

    Attributes:
        address: base address without a trailing slash, already checked.
        model: the model's name as sent.
        key: sent as bearer token, or None.
        top_logprobs: above 0, a text without asked log-probabilities is a failed attempt.
        timeout_seconds: longest attempt, from connecting to the last byte.
        headers: further headers.
    """

    address: str
    model: str
    key: Secret | None
    top_logprobs: int
    timeout_seconds: float
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChatWire:
    """A wire over one open session."""

    server: ChatServer
    session: aiohttp.ClientSession

    async def send(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        server = self.server
        body = orjson.dumps(chat_body(request, server.model))
        address = f"{server.address}/chat/completions"
        try:
            # A redirect would carry private examples to a place that nobody named.
            async with self.session.post(address, data=body, allow_redirects=False) as response:
                if response.status != 200:
                    said = await _beginning(response, MAX_REFUSAL)
                    raise refusal_error(
                        Refusal(response.status, response.headers, said),
                        address=server.address,
                        model=server.model,
                        key=server.key,
                    )
                received = await _beginning(response, MAX_BODY + 1)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise transport_error(error, server.address) from error
        return self._completion(received, request)

    def _completion(self, received: bytes, request: Request) -> Completion:
        if len(received) > MAX_BODY:
            raise AttemptError("oversized body", billed=True)
        completion = _read(received)
        asked = request.top_logprobs and self.server.top_logprobs
        # A turn that ends at once has no token to report on, and llama.cpp reports nothing on a
        # token that is half a character: the model answered, if not in the asked form.
        if asked and completion.text.strip(HALF_CHARACTER) and not completion.first:
            raise AttemptError(NO_LOGPROBS, billed=True)
        return completion


@asynccontextmanager
async def open_chat_wire(server: ChatServer) -> AsyncIterator[ChatWire]:
    """Open one session for the time of a ``with`` block; the environment changes nothing of it."""
    headers = {"User-Agent": "fedbbpt", "Content-Type": "application/json", **server.headers}
    if server.key is not None:
        headers["Authorization"] = f"Bearer {server.key.reveal()}"
    timeout = aiohttp.ClientTimeout(
        total=server.timeout_seconds, sock_connect=min(CONNECT_SECONDS, server.timeout_seconds)
    )
    async with aiohttp.ClientSession(
        # How many attempts are under way is bounded by the wrapper around the wire, not here.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
        headers=headers,
        timeout=timeout,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield ChatWire(server, session)


def _read(received: bytes) -> Completion:
    reply: object = None
    try:
        reply = orjson.loads(received)
        return read_chat(reply)
    except ValueError as error:
        empty = isinstance(reply, dict) and reply.get("choices") == []
        reason = "empty choices" if empty else "unreadable body"
        raise AttemptError(reason, billed=True) from error


async def _beginning(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return at most ``limit`` bytes of the body, never holding more than one chunk beyond."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])
