"""One attempt over HTTP at the embedding of one text, in the OpenAI format.

A request carries one text: what a server gives for a text moves with those beside it in a list, and
a bank grows. So each text has a record, an intent and a price of its own, as every question has.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import orjson

from fedbbpt.canonical import digest
from fedbbpt.chat_form import PLAIN
from fedbbpt.chat_format import usage_of
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.distributions import Floats
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.batches.terms import ONLINE
from fedbbpt.endpoints.pacing.rate_limits import rate_limits
from fedbbpt.endpoints.records.vectors import vector_text
from fedbbpt.endpoints.wire.chat_wire import MAX_REFUSAL, ChatServer, ChatWire, open_chat_wire
from fedbbpt.endpoints.wire.failures import Refusal, inner_refusal, refusal_error
from fedbbpt.endpoints.wire.replies import parsed
from fedbbpt.errors import EndpointError

ROUTE = "/embeddings"
PREAMBLE = 8
"""Tokens that an encoder adds to a text; most add two."""


@dataclass(frozen=True, slots=True)
class Embedder:
    """The embeddings of a server as a connector.

    Attributes:
        server: where and how it is asked.
        completions: profile of the same place where it is asked for completions.
    """

    server: ChatServer
    completions: Profile

    def profile(self) -> Profile:
        """Describe the embeddings without contacting the server."""
        plain = self.completions
        return replace(
            plain,
            name=f"embeddings of {plain.model}",
            # The same text may be a question to a model of this name and address as well.
            identity=digest({"embeddings": plain.identity}),
            top_logprobs=0,
            form=PLAIN,
            preamble_tokens=PREAMBLE,
            transport=ONLINE,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open a session for the time of a ``with`` block; nothing is sent until it is used."""
        async with open_chat_wire(replace(self.server, route=ROUTE)) as wire:
            yield EmbeddingWire(wire)


@dataclass(slots=True, eq=False)
class EmbeddingWire:
    """Asks for the embedding of a request's text; the completion's text holds it.

    Attributes:
        posting: what posts and brings the reply.
        width: numbers of the first embedding that came, which all others must have; 0 before.
    """

    posting: ChatWire
    width: int = field(default=0, init=False)

    async def send(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        server = self.posting.server
        (message,) = request.messages
        own = {"model": server.model, "input": [message.content], "encoding_format": "float"}
        reply = await self.posting.exchange(orjson.dumps({**server.form.extra_body, **own}))
        if reply.status != 200:
            raise self._refused(Refusal(reply.status, reply.headers, reply.body[:MAX_REFUSAL]))
        return self._read(parsed(reply.body), reply.headers)

    def _read(self, reply: object, headers: Mapping[str, str]) -> Completion:
        if (refusal := inner_refusal(reply, headers)) is not None:
            raise self._refused(refusal)
        self.posting.server.correspondent.check_name(reply)
        usage = _usage(reply)
        try:
            numbers = read_embedding(reply)
            text = vector_text(numbers)
        except ValueError as error:
            raise AttemptError(str(error), billed=True, unusable=True) from error
        if self.width and numbers.size != self.width:
            reason = f"an embedding of {numbers.size} numbers, after one of {self.width}"
            raise AttemptError(reason, billed=True, unusable=True)
        self.width = numbers.size
        return Completion(text, usage=usage, limits=rate_limits(headers))

    def _refused(self, refusal: Refusal) -> AttemptError | EndpointError:
        server = self.posting.server
        return refusal_error(
            refusal, address=server.address, model=server.model, key=server.key, form=server.form
        )


def _usage(reply: object) -> Usage:
    named = reply.get("usage") if isinstance(reply, dict) else None
    try:
        return replace(usage_of(named), completion_tokens=0)  # an embedding writes nothing
    except ValueError as error:
        raise AttemptError("unreadable body", billed=True, unusable=True) from error


def read_embedding(reply: object) -> Floats:
    """Return the one embedding of a reply, shape (width,).

    Raises:
        ValueError: none, several, that of another place in the list, or no list of numbers; the
            text is short and holds nothing of the reply but counts.

    >>> read_embedding({"data": [{"index": 0, "embedding": [0.5, 2]}]})
    array([0.5, 2. ])
    """
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, list):
        raise ValueError("unreadable body")
    if len(data) != 1:
        raise ValueError(f"{len(data)} embeddings for 1 text")
    entry = data[0]
    if not isinstance(entry, dict) or type(entry.get("index")) is not int or entry["index"]:
        raise ValueError("an embedding without the index of the text")
    values = entry.get("embedding")
    if not isinstance(values, list) or not set(map(type, values)) <= {int, float}:
        if isinstance(values, list) and values and isinstance(values[0], list):
            raise ValueError("an embedding of every token; have the server pool them")
        raise ValueError("an embedding that is no list of numbers")
    if not any(values):
        raise ValueError("an embedding that is empty or all zeros")
    numbers: Floats = np.array(values, dtype=np.float64)
    return numbers
