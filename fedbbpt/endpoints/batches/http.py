"""One call over HTTP at an address beside the one that answers chats."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.chat_wire import CONNECT_SECONDS, MAX_REFUSAL, ChatServer
from fedbbpt.endpoints.wire.failures import Refusal, refusal_error, transport_error
from fedbbpt.endpoints.wire.replies import MAX_BODY
from fedbbpt.errors import EndpointError

TRANSFER_SECONDS = 3600.0
"""Longest time that a file may take, up or down."""

_ABSENT = frozenset({404, 405, 410, 501})


class AbsentError(EndpointError):
    """What was asked for is not there."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is called.

    Attributes:
        method: of HTTP.
        path: below the base address, quoted.
        query: parameters beside those of every address.
        data: the body, or None.
        headers: beside those of every call.
        transfer: True for a file, which may take long.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    data: bytes | aiohttp.payload.Payload | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    transfer: bool = False


@dataclass(frozen=True, slots=True)
class BatchHttp:
    """Calls at one server over one open session; redirects are not followed.

    Attributes:
        server: where, and with which key.
        session: from ``open_chat_wire``.
    """

    server: ChatServer
    session: aiohttp.ClientSession

    async def json(self, call: Call) -> Mapping[str, object]:
        """Return the object that answers a call.

        Raises:
            AttemptError: another attempt may not fail; ``billed`` says that it may have acted.
            AbsentError: there is no such thing.
            EndpointError: it is refused for good.
        """
        try:
            async with self._answer(call) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise AttemptError("oversized body", billed=True)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise transport_error(error, self.server.address) from error
        try:
            reply: object = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise AttemptError("unreadable body", billed=True) from error
        if not isinstance(reply, dict):
            raise AttemptError("unreadable body", billed=True)
        return reply

    async def chunks(self, call: Call) -> AsyncIterator[bytes]:
        """Yield the bytes that answer a call, as they come.

        Raises:
            AttemptError: they end too early.
            AbsentError: there is no such thing.
            EndpointError: it is refused for good.
        """
        try:
            async with self._answer(call) as response:
                async for chunk in response.content.iter_any():
                    yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise transport_error(error, self.server.address) from error

    @asynccontextmanager
    async def _answer(self, call: Call) -> AsyncIterator[aiohttp.ClientResponse]:
        server = self.server
        query = {**server.query, **call.query}
        url = f"{server.address}{call.path}{f'?{urlencode(query)}' if query else ''}"
        seconds = server.timeout_seconds
        total = max(TRANSFER_SECONDS, seconds) if call.transfer else seconds
        timeout = aiohttp.ClientTimeout(
            total=total, sock_connect=min(CONNECT_SECONDS, seconds), sock_read=seconds
        )
        async with self.session.request(
            call.method,
            URL(url, encoded=True),
            data=call.data,
            headers=call.headers,
            timeout=timeout,
            # A redirect would carry private examples to a place that nobody named.
            allow_redirects=False,
        ) as response:
            if not 200 <= response.status < 300:
                body = await response.content.read(MAX_REFUSAL)
                raise self._refusal(call, Refusal(response.status, response.headers, body))
            yield response

    def _refusal(self, call: Call, refusal: Refusal) -> AttemptError | EndpointError:
        server, where = self.server, f"{self.server.address}{call.path}"
        if refusal.status not in _ABSENT:
            return refusal_error(
                refusal,
                address=where,
                model=server.model,
                key=server.key,
                form=server.form,
            )
        if call.method == "POST":
            return AbsentError(
                f"{where}: takes no batch files ({refusal.status}); check url, or write "
                'transport = "online"'
            )
        return AbsentError(
            f"{where}: not there any more ({refusal.status}), or made with another key; resume "
            "with the key that made it, or begin a new run directory with [cache] runs naming "
            "this one: only what was in this batch is then asked again"
        )
