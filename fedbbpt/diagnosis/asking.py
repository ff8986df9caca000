"""Probes sent: over HTTP as they are, so that every status is data, or over any other wire."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import orjson

from fedbbpt.chat_format import read_chat
from fedbbpt.diagnosis.probes import Manners, Probe, Reply, probe_body
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.chat_wire import MAX_BODY, ChatWire
from fedbbpt.endpoints.failures import Refusal, one_line, refusal_error, transport_error
from fedbbpt.errors import EndpointError

Clock = Callable[[], float]

REFUSED = 400
"""Stands for a refusal of a wire that knows no statuses."""


class Asker(Protocol):
    """Asks one probe once; a refusal is a reply like any other."""

    async def ask(self, probe: Probe, manners: Manners) -> Reply:
        """Return what became of it."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAsker:
    """Asks over the session of an open chat wire, which alone holds the key.

    Attributes:
        wire: open.
        clock: as ``time.monotonic``.
    """

    wire: ChatWire
    clock: Clock = time.monotonic

    async def ask(self, probe: Probe, manners: Manners) -> Reply:
        """Return what became of one request."""
        server, began = self.wire.server, self.clock()
        data = orjson.dumps(probe_body(probe, manners, server.model))
        address = f"{server.address}/chat/completions"
        try:
            async with self.wire.session.post(
                address, data=data, allow_redirects=False
            ) as response:
                body = await _bounded(response)
                status, headers = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError) as error:
            lost = transport_error(error, server.address)
            return Reply(self.clock() - began, 0, reason=str(lost))
        seconds = self.clock() - began
        if status == 200:
            return self._read(body, seconds)
        refusal = Refusal(status, headers, body)
        said = refusal_error(refusal, address=server.address, model=server.model, key=server.key)
        return Reply(seconds, status, reason=str(said))

    def _read(self, body: bytes, seconds: float) -> Reply:
        try:
            found: object = orjson.loads(body)
            completion = read_chat(found)
        except ValueError as error:
            said = one_line(f"its reply is no chat completion ({error})", self.wire.server.key)
            return Reply(seconds, 200, reason=said)
        model = found.get("model") if isinstance(found, dict) else None
        named = one_line(model, self.wire.server.key) if isinstance(model, str) else ""
        return Reply(seconds, 200, completion, named)


@dataclass(frozen=True, slots=True)
class WireAsker:
    """Asks over a wire that hides what it sends; manners do not reach it.

    Attributes:
        wire: open.
        clock: as ``time.monotonic``.
    """

    wire: Wire
    clock: Clock = time.monotonic

    async def ask(self, probe: Probe, manners: Manners) -> Reply:  # noqa: ARG002 - see the class
        """Return what became of one attempt."""
        began = self.clock()
        try:
            completion = await self.wire.send(probe.request())
        except AttemptError as error:
            return Reply(self.clock() - began, 0, reason=one_line(str(error), None))
        except EndpointError as error:
            return Reply(self.clock() - began, REFUSED, reason=one_line(str(error), None))
        return Reply(self.clock() - began, 200, completion)


def asker_over(wire: Wire) -> Asker:
    """Return what asks over an open wire."""
    return HttpAsker(wire) if isinstance(wire, ChatWire) else WireAsker(wire)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            break
    return bytes(body[:MAX_BODY])
