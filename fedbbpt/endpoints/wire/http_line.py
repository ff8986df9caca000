"""Straight connections to one server, each kept for the next request, one request at a time each.

A general HTTP client spends most of a call on what a completion never needs: cookies, redirects,
streams, forms. This one posts bytes and gives back bytes. Proxies are left to the general one.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.failures import UNTRUSTED
from fedbbpt.endpoints.wire.http_reply import HttpReply, NoReplyError, ReplyReader
from fedbbpt.errors import EndpointError

IDLE_SECONDS = 4.0
"""vLLM's server drops idle connections after 5 s; a request sent into that moment is lost."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests are posted to.

    Attributes:
        url: whole address, already checked.
        address: as messages say it.
        opening: how every request begins.
        trust: what verifies an https server; None for what this machine trusts.
        connect_seconds: longest time until a connection stands.
        total_seconds: longest time of one exchange, connecting included.
        most: longest body of a reply that is taken.
        idle_seconds: a connection that rested for longer is not used again.
    """

    url: str
    address: str
    opening: "Opening"
    trust: ssl.SSLContext | None
    connect_seconds: float
    total_seconds: float
    most: int
    idle_seconds: float = IDLE_SECONDS


class Opening:
    """How every request begins; it may hold a key, so no text and no local variable shows it.

    Services that collect errors also collect the variables of the functions that these went
    through.
    """

    __slots__ = ("_bytes",)

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        named = {"Host": parts.netloc, "Accept": "*/*", **headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        self._bytes = "\r\n".join(lines).encode()

    def request(self, name: str, body: bytes) -> bytes:
        """Return the whole request whose attempt has this name."""
        return b"%b\r\nX-Request-Id: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            self._bytes,
            name.encode(),
            len(body),
            body,
        )


@asynccontextmanager
async def open_line(target: Target) -> AsyncIterator["HttpLine"]:
    """Open connections as they are needed, for the time of a ``with`` block."""
    line = HttpLine(target)
    try:
        yield line
    finally:
        await line.close()


class HttpLine:
    """As many connections as exchanges are under way; made by ``open_line``."""

    def __init__(self, target: Target) -> None:
        parts = urlsplit(target.url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = None
        if parts.scheme == "https":
            self._tls = target.trust or ssl.create_default_context()
        self._target = target
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._closed = False

    async def post(self, body: bytes, name: str) -> HttpReply:
        """Post ``body`` and return the reply.

        Args:
            body: of the request.
            name: of this attempt, sent as ``X-Request-Id``.

        Raises:
            AttemptError: there was no connection, or no whole reply in time.
            EndpointError: the server's certificate is not trusted.
        """
        if self._closed:
            raise RuntimeError("the line is closed")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._target.total_seconds
        connection = self._free() or await self._connect(loop)
        timer = loop.call_at(deadline, connection.give_up)
        try:
            reply = await connection.exchange(self._target.opening, name, body)
        except BaseException:
            # What comes now would be taken for the answer to another request.
            connection.abort()
            raise
        finally:
            timer.cancel()
        if reply.lasting:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.abort()
        return reply

    async def close(self) -> None:
        """Close all connections."""
        self._closed = True
        for connection in list(self._open):
            connection.abort()
        await asyncio.sleep(0)  # the loop closes a socket in its next turn

    def _free(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            rested = time.monotonic() - connection.idle_since
            if connection.usable and rested < self._target.idle_seconds:
                return connection
            connection.abort()
        return None

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> "_Connection":
        limit = min(self._target.connect_seconds, self._target.total_seconds)
        try:
            async with asyncio.timeout(limit):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop, self._target.most, self._open),
                    self._host,
                    self._port,
                    ssl=self._tls,
                )
        except ssl.SSLCertVerificationError as error:
            raise EndpointError(f"{self._target.address}: {UNTRUSTED}") from error
        except (OSError, TimeoutError) as error:
            raise AttemptError("connection failed", billed=False) from error
        return connection


class _Connection(asyncio.Protocol):
    """One connection; ``exchange`` is never called while another one is under way."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, most: int, opened: "set[_Connection]"
    ) -> None:
        self.idle_since = 0.0
        self._loop = loop
        self._reader = ReplyReader(most)
        self._opened = opened
        self._reply: asyncio.Future[HttpReply] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def usable(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def exchange(self, opening: Opening, name: str, body: bytes) -> "asyncio.Future[HttpReply]":
        """Send a request; return what its reply comes in."""
        self._reply = reply = self._loop.create_future()
        if self._transport is None:
            self._fail("connection lost")
        else:
            self._transport.write(opening.request(name, body))
        return reply

    def give_up(self) -> None:
        """Fail the exchange because it takes too long."""
        self._fail("timeout")

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Those of other loops only behave like one.
        self._transport = cast("asyncio.Transport", transport)
        self._opened.add(self)

    def data_received(self, data: bytes) -> None:
        if self._reply is None or self._reply.done():
            self.abort()  # nobody asked
            return
        try:
            reply = self._reader.feed(data)
        except NoReplyError as error:
            self._fail("unreadable body" if error.begun else "connection lost")
            return
        if reply is not None:
            self._reply.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop gives it
        self._transport = None
        self._opened.discard(self)
        if self._reply is None or self._reply.done():
            return
        try:
            self._reply.set_result(self._reader.end())
        except NoReplyError as error:
            self._fail("unreadable body" if error.begun else "connection lost")

    def _fail(self, reason: str) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(AttemptError(reason, billed=True))
