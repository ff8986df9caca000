"""A wire that sends attempts which begin at one moment in one HTTP call, where the server has it.

Every request keeps what it has alone: intent, limits, retries and its entry in the ledger belong to
the wrappers around this wire, which see nothing of the list.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.chat_wire import (
    MAX_REFUSAL,
    ChatServer,
    ChatWire,
    Received,
    open_chat_wire,
)
from fedbbpt.endpoints.wire.failures import Refusal
from fedbbpt.endpoints.wire.lists import (
    ROUTE,
    Shape,
    conversation,
    list_body,
    replies_of,
    shape_of,
)
from fedbbpt.endpoints.wire.replies import parsed
from fedbbpt.errors import EndpointError

_LOG = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024 * 1024
"""Of the conversations of one list: soft tokens of a wide model are 1 MB a request."""

BUSY = frozenset({408, 425, 429, 498, 502, 503, 504, 529})
"""Statuses of a server that may well take the same list later."""


@dataclass(slots=True, eq=False)
class _Place:
    """One request in a list; its outcome is None where it is to be asked alone."""

    request: Request
    messages: bytes
    outcome: "asyncio.Future[Completion | None]"


@dataclass(slots=True, eq=False)
class _List:
    """Requests of one shape that wait for the same moment."""

    places: list[_Place] = field(default_factory=list)
    size: int = 0

    def takes(self, place: _Place, most: int) -> bool:
        """Tell whether there is room."""
        return len(self.places) < most and self.size + len(place.messages) <= MOST_BYTES

    def add(self, place: _Place) -> None:
        """Put a request at the end."""
        self.places.append(place)
        self.size += len(place.messages)

    def dissolve(self) -> None:
        """Have every request that has no outcome yet asked alone."""
        for place in self.places:
            if not place.outcome.done():
                place.outcome.set_result(None)


class Together:
    """Sends lists until the server refuses one for good or answers it in another way.

    Law: a request gets the completion that it would get alone, or an ``AttemptError`` after which
    another attempt is made. A refused list is asked one by one, so that a request is refused only
    for itself; from then on all are.
    """

    def __init__(self, alone: ChatWire, lists: ChatWire, most: int) -> None:
        """Send over ``lists`` what comes together, and over ``alone`` everything else.

        Args:
            alone: for one request.
            lists: to the list route of the same server.
            most: requests in one list, >= 1.
        """
        self.alone = alone
        self.listing = most > 1
        self._lists = lists
        self._most = most
        self._waiting: dict[Shape, _List] = {}
        self._reader = alone.server.correspondent

    async def send(self, request: Request) -> Completion:
        """Ask once, in a list if others ask at the same moment.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        if not self.listing:
            return await self.alone.send(request)
        server, shape = self.alone.server, shape_of(request)
        outcome: asyncio.Future[Completion | None] = asyncio.get_running_loop().create_future()
        place = _Place(request, conversation(request, server.model, server.form), outcome)
        waiting = self._waiting.get(shape)
        if waiting is not None and waiting.takes(place, self._most):
            waiting.add(place)
        else:
            self._waiting[shape] = own = _List()
            own.add(place)
            await self._lead(own, shape)
        completion = await outcome
        return await self.alone.send(request) if completion is None else completion

    async def _lead(self, own: _List, shape: Shape) -> None:
        """Send the list when no more requests come; all its places then have an outcome.

        Whoever came first does this for all, so that nothing runs beside the requests themselves.
        """
        try:
            await self._gather(own)
        except BaseException:
            own.dissolve()
            raise
        finally:
            if self._waiting.get(shape) is own:
                del self._waiting[shape]
        if len(own.places) == 1:
            own.dissolve()
            return
        try:
            await self._post(own)
        finally:
            # Only what was cut off in the middle is still open.
            own.places[0].outcome.cancel()
            for place in own.places:
                _fail(place, AttemptError("connection lost", billed=True))

    async def _gather(self, own: _List) -> None:
        """Wait for a turn of the loop in which nothing more came."""
        before = 0
        while before < len(own.places) < self._most:
            before = len(own.places)
            await asyncio.sleep(0)

    async def _post(self, own: _List) -> None:
        server, places = self.alone.server, own.places
        conversations = [place.messages for place in places]
        body = list_body(conversations, places[0].request, server.model, server.form)
        try:
            reply = await self._lists.exchange(body)
        except (AttemptError, EndpointError) as error:
            if str(error) == "timeout":  # alone each has all of the time
                self._end("timeout")
            for place in places:
                _fail(place, error)
            return
        if reply.status == 200:
            self._deal(own, reply)
        else:
            self._refused(own, reply)

    def _refused(self, own: _List, reply: Received) -> None:
        if reply.status not in BUSY:
            self._end(f"status {reply.status}")
        if 300 <= reply.status < 500 and reply.status not in BUSY:
            own.dissolve()
            return
        try:
            self._reader.refused(Refusal(reply.status, reply.headers, reply.body[:MAX_REFUSAL]))
        except (AttemptError, EndpointError) as error:
            for place in own.places:
                _fail(place, error)

    def _deal(self, own: _List, reply: Received) -> None:
        requests = [place.request for place in own.places]
        try:
            replies = replies_of(parsed(reply.body), requests)
        except (AttemptError, ValueError) as error:
            self._end(str(error))
            for place in own.places:
                _fail(place, AttemptError("unreadable body", billed=True))
            return
        for place, one in zip(own.places, replies, strict=True):
            try:
                completion = self._reader.read(one, reply.headers, place.request)
            except AttemptError as error:
                self._end(error.reason)
                _fail(place, error)
            except EndpointError as error:
                _fail(place, error)
            else:
                if not place.outcome.done():
                    place.outcome.set_result(completion)

    def _end(self, reason: str) -> None:
        if self.listing:
            _LOG.info("no lists of requests any more (%s): they are sent one by one", reason)
        self.listing = False


def _fail(place: _Place, error: AttemptError | EndpointError) -> None:
    """Give a request an error of its own: one object cannot be raised in two places."""
    if place.outcome.done():
        return
    if isinstance(error, AttemptError):
        own: AttemptError | EndpointError = AttemptError(
            error.reason,
            billed=error.billed,
            retry_after=error.retry_after,
            throttled=error.throttled,
            limits=error.limits,
            unusable=error.unusable,
        )
    else:
        own = EndpointError(str(error), billed=error.billed)
    place.outcome.set_exception(own)


@asynccontextmanager
async def open_together(server: ChatServer, most: int) -> AsyncIterator[Together]:
    """Open both routes of a server for the time of a ``with`` block; nothing is sent yet."""
    async with (
        open_chat_wire(server) as alone,
        open_chat_wire(replace(server, route=ROUTE)) as lists,
    ):
        yield Together(alone, lists, most)
