"""Probes sent: over HTTP as they are, so that every status is data, or over any other wire."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import aiohttp
import orjson

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import read_chat
from fedbbpt.diagnosis.probes import Probe, Reply, probe_body
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.wire.chat_wire import ChatWire
from fedbbpt.endpoints.wire.failures import (
    Refusal,
    inner_refusal,
    one_line,
    refusal_error,
    transport_error,
)
from fedbbpt.endpoints.wire.replies import MAX_BODY
from fedbbpt.endpoints.wire.together import Together
from fedbbpt.errors import EndpointError

Clock = Callable[[], float]

REFUSED = 400
"""Stands for a refusal of a wire that knows no statuses."""


class Asker(Protocol):
    """Asks one probe once; a refusal is a reply like any other."""

    @property
    def raw(self) -> bool:
        """Whether form and fields reach the server, and its reply comes back whole."""
        ...

    async def ask(self, probe: Probe, form: ChatForm) -> Reply:
        """Return what became of it."""
        ...

    async def tokens(self, text: str) -> tuple[int, ...]:
        """Return the ids that the server's tokenizer gives a text, empty where it has none."""
        ...


class Counted:
    """An asker that counts; ``calls`` are the probes asked, look-ups of tokens reach no model."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self.calls = 0

    @property
    def raw(self) -> bool:
        """As the asker's."""
        return self._asker.raw

    async def ask(self, probe: Probe, form: ChatForm) -> Reply:
        """Ask and count."""
        self.calls += 1
        return await self._asker.ask(probe, form)

    async def tokens(self, text: str) -> tuple[int, ...]:
        """Look up without counting."""
        return await self._asker.tokens(text)


class _Answer(NamedTuple):
    """Status 0 stands for none; ``lost`` then says why."""

    seconds: float
    status: int
    headers: Mapping[str, str]
    body: bytes
    lost: str = ""


@dataclass(frozen=True, slots=True)
class HttpAsker:
    """Asks over the session of an open chat wire, which alone holds the key.

    Attributes:
        wire: open.
        clock: as ``time.monotonic``.
    """

    wire: ChatWire
    clock: Clock = time.monotonic

    @property
    def raw(self) -> bool:
        """True."""
        return True

    async def ask(self, probe: Probe, form: ChatForm) -> Reply:
        """Return what became of one request."""
        server = self.wire.server
        target = replace(server, route=probe.route or server.route)
        answer = await self._post(target.completions_url, probe_body(probe, form, server.model))
        if answer.status == 0:
            return Reply(answer.seconds, 0, reason=answer.lost)
        refusal = _refusal(answer)
        if refusal is None:
            return self._read(answer)
        error = refusal_error(
            refusal, address=server.address, model=server.model, key=server.key, form=form
        )
        said = answer.body.decode(errors="replace")
        return Reply(answer.seconds, refusal.status, reason=str(error), said=said)

    async def tokens(self, text: str) -> tuple[int, ...]:
        """Return what ``/tokenize`` beside the chat address says, asked as vLLM, then llama.cpp."""
        server = self.wire.server
        address = f"{server.address.removesuffix('/v1')}/tokenize"
        asked = {"model": server.model, "prompt": text, "add_special_tokens": False}
        for body in (asked, {"content": text}):
            answer = await self._post(address, body)
            if found := _ids(answer.body) if answer.status == 200 else ():
                return found
        return ()

    async def _post(self, url: str, body: Mapping[str, object]) -> _Answer:
        data, began = orjson.dumps(body), self.clock()
        try:
            async with self.wire.session.post(url, data=data, allow_redirects=False) as response:
                received = await _bounded(response)
                status, headers = response.status, response.headers
        except (aiohttp.ClientError, TimeoutError) as error:
            lost = str(transport_error(error, self.wire.server.address))
            return _Answer(self.clock() - began, 0, {}, b"", lost)
        return _Answer(self.clock() - began, status, headers, received)

    def _read(self, answer: _Answer) -> Reply:
        key, found = self.wire.server.key, _parsed(answer.body)
        try:
            completion = read_chat(found)
        except ValueError as error:
            said = one_line(f"its reply is no chat completion ({error})", key)
            return Reply(answer.seconds, 200, reason=said)
        model = found.get("model") if isinstance(found, dict) else None
        named = one_line(model, key) if isinstance(model, str) else ""
        return Reply(answer.seconds, 200, completion, named, body=found)


@dataclass(frozen=True, slots=True)
class WireAsker:
    """Asks over a wire that hides what it sends; form and fields do not reach it.

    Attributes:
        wire: open.
        clock: as ``time.monotonic``.
    """

    wire: Wire
    clock: Clock = time.monotonic

    @property
    def raw(self) -> bool:
        """False."""
        return False

    async def ask(self, probe: Probe, form: ChatForm) -> Reply:  # noqa: ARG002 - see the class
        """Return what became of one attempt."""
        began = self.clock()
        try:
            completion = await self.wire.send(probe.request())
        except AttemptError as error:
            return Reply(self.clock() - began, 0, reason=one_line(str(error), None))
        except EndpointError as error:
            return Reply(self.clock() - began, REFUSED, reason=one_line(str(error), None))
        return Reply(self.clock() - began, 200, completion)

    async def tokens(self, text: str) -> tuple[int, ...]:  # noqa: ARG002 - as its asker says
        """Return nothing: such a wire has no tokenizer to show."""
        return ()


def asker_over(wire: Wire) -> Asker:
    """Return what asks over an open wire."""
    match wire:
        case ChatWire():
            return HttpAsker(wire)
        case Together():
            return HttpAsker(wire.alone)
        case _:
            return WireAsker(wire)


def _refusal(answer: _Answer) -> Refusal | None:
    """Return the refusal that an answer is; some gateways send one with status 200."""
    if answer.status != 200:
        return Refusal(answer.status, answer.headers, answer.body)
    return inner_refusal(_parsed(answer.body), answer.headers)


def _parsed(body: bytes) -> object:
    """Return JSON values, None for anything else."""
    try:
        found: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found


def _ids(body: bytes) -> tuple[int, ...]:
    match _parsed(body):
        case {"tokens": [*ids]} if all(isinstance(token, int) for token in ids):
            return tuple(ids)
        case _:
            return ()


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            break
    return bytes(body[:MAX_BODY])
