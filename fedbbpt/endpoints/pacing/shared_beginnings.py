"""A bounded gate that lets requests with a shared beginning through together."""

import asyncio
from collections import deque
from collections.abc import Hashable
from types import TracebackType


class SharedBeginnings:
    """At most ``room`` are inside at once; who waits is let in by beginning, then by arrival.

    Endpoints keep the computed beginning of the last requests. Owners who score the same candidates
    at one endpoint ask in each other's midst; in this order a candidate's beginning is computed
    once and not once an owner. The order changes no reply.

    Attributes:
        size: how much room there is, taken or not.
    """

    def __init__(self, room: int) -> None:
        self.size = room
        self._room = room
        self._last: Hashable = None
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def place(self, beginning: Hashable) -> "_Place":
        """Return a place inside, to be taken with ``async with``."""
        return _Place(self, beginning)

    def entered(self, beginning: Hashable) -> bool:
        """Take a place where one is free and nobody waits; return whether it was taken."""
        if self._room > 0 and not self._waiting:
            self._room -= 1
            self._last = beginning
            return True
        return False

    async def enter(self, beginning: Hashable) -> None:
        """Wait for a place and take it."""
        if self.entered(beginning):
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(beginning, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place was given just before
            raise

    def leave(self) -> None:
        """Give a place back, or pass it on."""
        self._room += 1
        if self._waiting:
            self._admit()

    def resize(self, room: int) -> None:
        """Have room for so many from now on; who is inside stays, even if that is too many."""
        self._room += room - self.size
        self.size = room
        self._admit()

    def _admit(self) -> None:
        while self._room > 0 and self._waiting:
            if self._last not in self._waiting:
                self._last = next(iter(self._waiting))
            turns = self._waiting[self._last]
            turn = turns.popleft()
            if not turns:
                del self._waiting[self._last]
            if not turn.done():
                turn.set_result(None)
                self._room -= 1


class _Place:
    """One place at a gate."""

    def __init__(self, gate: SharedBeginnings, beginning: Hashable) -> None:
        self._gate = gate
        self._beginning = beginning

    async def __aenter__(self) -> None:
        await self._gate.enter(self._beginning)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.leave()
