"""A wire that bounds the attempts under way and waits when the endpoint asks to."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Wire

_LOG = logging.getLogger(__name__)


class Limited:
    """At most ``concurrency`` attempts at once, begun in the order of the calls.

    When an attempt fails with ``retry_after``, no attempt begins before that moment, whoever asks;
    those under way go on.
    """

    def __init__(
        self,
        wire: Wire,
        concurrency: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap ``wire``.

        Raises:
            ValueError: ``concurrency`` is below 1.
        """
        if concurrency < 1:
            raise ValueError(f"concurrency: {concurrency} lets nothing through; give 1 or more")
        self._wire = wire
        self._slots = asyncio.Semaphore(concurrency)
        self._not_before = clock()
        self._clock = clock
        self._sleep = sleep

    async def send(self, request: Request) -> Completion:
        """Make one attempt when there is room and no pause.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        async with self._slots:
            # A loop, because the pause may have grown during the sleep.
            while (wait := self._not_before - self._clock()) > 0:
                await self._sleep(wait)
            try:
                return await self._wire.send(request)
            except AttemptError as error:
                if error.retry_after is not None:
                    self._pause(error.retry_after)
                raise

    def _pause(self, seconds: float) -> None:
        self._not_before = max(self._not_before, self._clock() + seconds)
        _LOG.info("the endpoint asks for a pause of %.1f s", seconds)
