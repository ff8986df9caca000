"""One request as the mock endpoint got it, and how it may be met."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Received:
    """A request.

    Attributes:
        request: as the server's library gives it.
        body: of it.
        number: how many requests came since the faults were planned, from 1.
        time: how often this very body came since then, from 1.
        account: who pays: the key.
        good: the reply that it would get.
        other: the last good reply to a different request, empty where there was none.
        other_id: the ``X-Request-Id`` of that request.
    """

    request: web.Request
    body: bytes
    number: int
    time: int
    account: str
    good: bytes
    other: bytes
    other_id: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong.

    Attributes:
        act: what is done in the place of the good reply.
        billed: whether the model took the request up first.
    """

    act: Callable[[Received], Awaitable[web.StreamResponse]]
    billed: bool = True


Faults = Callable[[Received], Fault | None]
"""Plans a fault, or none, for each request."""
