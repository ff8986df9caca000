"""A wire that bounds the attempts under way and waits when the endpoint asks to."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.shared_beginnings import SharedBeginnings

_LOG = logging.getLogger(__name__)

OPENING = 24
"""Characters of a lone message that tell one prompt from another."""


class Limited:
    """At most ``concurrency`` attempts at once; those with a shared beginning follow each other.

    When an attempt fails with ``retry_after``, no attempt begins before that moment, whoever asks;
    those under way go on. While that moment is further away than the patience, attempts fail at
    once instead: a daily limit must end a run that can be resumed, not let it hang for hours.
    """

    def __init__(
        self,
        wire: Wire,
        concurrency: int,
        patience_seconds: float = 120.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap ``wire``.

        Args:
            wire: what makes one attempt.
            concurrency: attempts under way at once, >= 1.
            patience_seconds: longest pause that is waited for.
            clock: as ``time.monotonic``.
            sleep: as ``asyncio.sleep``.

        Raises:
            ValueError: ``concurrency`` is below 1.
        """
        if concurrency < 1:
            raise ValueError(f"concurrency: {concurrency} lets nothing through; give 1 or more")
        self._wire = wire
        self._gate = SharedBeginnings(concurrency)
        self._not_before = clock()
        self._reason = ""
        self._patience = patience_seconds
        self._clock = clock
        self._sleep = sleep

    async def send(self, request: Request) -> Completion:
        """Make one attempt when there is room and no pause.

        Raises:
            AttemptError: it failed in a way that another attempt may not, or the endpoint asked for
                a pause beyond the patience.
            EndpointError: it is refused for good.
        """
        async with self._gate.place(_beginning(request)):
            # A loop, because the pause may have grown during the sleep.
            while (wait := self._not_before - self._clock()) > 0:
                if wait > self._patience:
                    raise AttemptError(self._reason, billed=False, retry_after=wait)
                await self._sleep(wait)
            try:
                return await self._wire.send(request)
            except AttemptError as error:
                if error.retry_after is not None:
                    self._pause(error.reason, error.retry_after)
                raise

    def _pause(self, reason: str, seconds: float) -> None:
        self._not_before = max(self._not_before, self._clock() + seconds)
        self._reason = reason
        _LOG.info("the endpoint asks for a pause of %.1f s", seconds)


def _beginning(request: Request) -> Hashable:
    *before, last = request.messages
    return tuple(before) or last.content[:OPENING]
