"""One attempt over HTTP at one chat completion."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import aiohttp
import orjson

from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.failures import Refusal, transport_error
from fedbbpt.endpoints.wire.http_line import IDLE_SECONDS, HttpLine, Opening, Target, open_line
from fedbbpt.endpoints.wire.replies import MAX_BODY, Correspondent
from fedbbpt.endpoints.wire.request_ids import REQUEST_ID, RequestIds, is_anothers
from fedbbpt.secret import Secret

BEARER = "Authorization"
COMPLETIONS = "/chat/completions"
MAX_REFUSAL = 64 * 1024
CONNECT_SECONDS = 10.0
TELLING = (b"ratelimit", REQUEST_ID.lower().encode())
"""Parts of the names of headers that are read even where all is well."""


@dataclass(frozen=True, slots=True)
class ChatServer:
    """Where and how to ask.

    Attributes:
        address: base address without a trailing slash, already checked.
        model: the model's name as sent.
        key: sent in ``key_header``, or None.
        top_logprobs: above 0, a text without asked log-probabilities is a failed attempt.
        timeout_seconds: longest attempt, from connecting to the last byte.
        headers: further headers.
        query: parameters of the address.
        key_header: the header of the key; in ``"Authorization"`` it is a bearer token.
        proxy: address of a proxy, already checked, or empty.
        trust: what verifies the server; None for what this machine trusts.
        form: how the server wants a request put.
        answers_as: the model's name in the replies, where it is another than ``model``; or empty.
        route: below the address, where requests are posted to.
    """

    address: str
    model: str
    key: Secret | None
    top_logprobs: int
    timeout_seconds: float
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    key_header: str = BEARER
    proxy: str = ""
    trust: ssl.SSLContext | None = None
    form: ChatForm = PLAIN
    answers_as: str = ""
    route: str = COMPLETIONS

    @property
    def completions_url(self) -> str:
        """The whole address that a request is posted to."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.address}{self.route}{query}"

    @property
    def correspondent(self) -> Correspondent:
        """What reads its replies."""
        return Correspondent(
            self.address, self.model, self.key, self.top_logprobs, self.form, self.answers_as
        )


class Received(NamedTuple):
    """A reply as it came; ``headers`` may be left out where the status is 200."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ChatWire:
    """A wire over one open session.

    Attributes:
        server: where and how to ask.
        session: for whatever is not a completion, and for completions through a proxy.
        line: for completions; None where they go through the session.
        ids: names of attempts.
    """

    server: ChatServer
    session: aiohttp.ClientSession
    line: HttpLine | None = None
    ids: RequestIds = field(default_factory=RequestIds)
    _correspondent: Correspondent = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Made once: it is the same for every request.
        object.__setattr__(self, "_correspondent", self.server.correspondent)

    async def send(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        server, reader = self.server, self._correspondent
        reply = await self.exchange(orjson.dumps(chat_body(request, server.model, server.form)))
        if reply.status != 200:
            return reader.refused(Refusal(reply.status, reply.headers, reply.body[:MAX_REFUSAL]))
        return reader.answered(reply.body, reply.headers, request)

    async def exchange(self, body: bytes) -> Received:
        """Post ``body`` and return the reply, whatever its status.

        Raises:
            AttemptError: none came, or the answer to another attempt.
            EndpointError: the server's certificate is not trusted.
        """
        name = self.ids.fresh()
        if self.line is None:
            return await self._through_session(body, name)
        reply = await self.line.post(body, name)
        if reply.status == 200 and not reply.says(*TELLING):
            # The usual case: nothing in the head tells more than the body.
            return Received(200, {}, reply.body)
        _check_answered(name, reply.headers)
        return Received(reply.status, reply.headers, reply.body)

    async def _through_session(self, body: bytes, name: str) -> Received:
        try:
            # A redirect would carry private examples to a place that nobody named.
            async with self.session.post(
                self.server.completions_url,
                data=body,
                headers={REQUEST_ID: name},
                allow_redirects=False,
            ) as response:
                _check_answered(name, response.headers)
                limit = MAX_BODY + 1 if response.status == 200 else MAX_REFUSAL
                received = await _beginning(response, limit)
                return Received(response.status, response.headers, received)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise transport_error(error, self.server.address) from error


def _check_answered(name: str, headers: Mapping[str, str]) -> None:
    """Pass unless a reply says that it answers another attempt; its connection is then dropped."""
    if is_anothers(name, headers.get(REQUEST_ID)):
        raise AttemptError("the answer to another request", billed=True)


@asynccontextmanager
async def open_chat_wire(server: ChatServer) -> AsyncIterator[ChatWire]:
    """Open one session for the time of a ``with`` block; the environment changes nothing of it."""
    timeout = aiohttp.ClientTimeout(
        total=server.timeout_seconds, sock_connect=min(CONNECT_SECONDS, server.timeout_seconds)
    )
    async with (
        AsyncExitStack() as stack,
        aiohttp.ClientSession(
            # How many attempts are under way is bounded by the wrapper around the wire, not here.
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=IDLE_SECONDS, ssl=server.trust or True
            ),
            headers=_headers(server),
            proxy=server.proxy or None,
            timeout=timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
    ):
        line = None if server.proxy else await stack.enter_async_context(open_line(_target(server)))
        yield ChatWire(server, session, line)


def _target(server: ChatServer) -> Target:
    url = server.completions_url
    return Target(
        url=url,
        address=server.address,
        opening=Opening(url, _headers(server)),
        trust=server.trust,
        connect_seconds=CONNECT_SECONDS,
        total_seconds=server.timeout_seconds,
        most=MAX_BODY + 1,
    )


def _headers(server: ChatServer) -> dict[str, str]:
    """Return what every request carries.

    They are held by the session alone: services that collect errors also collect the variables of
    every function that an error went through, and the session's own text shows no header.
    """
    headers = {"User-Agent": "fedbbpt", "Content-Type": "application/json", **server.headers}
    if server.key is not None:
        bearer = "Bearer " if server.key_header.lower() == BEARER.lower() else ""
        headers[server.key_header] = f"{bearer}{server.key.reveal()}"
    return headers


async def _beginning(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return at most ``limit`` bytes of the body, never holding more than one chunk beyond."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])
