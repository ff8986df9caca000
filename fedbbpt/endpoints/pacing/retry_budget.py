"""A budget of retries, so that an endpoint in trouble does not get more to do because of it."""

import asyncio
from collections.abc import Awaitable, Callable

SHARE = 0.1
"""Retries earned by each request."""

MOST = 10.0
"""Retries that may be saved up."""

STEP_SECONDS = 0.5
LONGEST_SECONDS = 5.0
"""A retry that is not earned waits at most so long: the budget delays and never refuses."""


class RetryBudget:
    """One retry for every ten requests, shared by all that ask at an endpoint."""

    __slots__ = ("_earned", "_sleep")

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._earned = MOST
        self._sleep = sleep

    def earn(self) -> None:
        """Count a request."""
        if self._earned < MOST:
            self._earned += SHARE

    async def spend(self) -> None:
        """Take one retry; wait for one while none is earned, for ``LONGEST_SECONDS`` at most."""
        waited = 0.0
        while self._earned < 1 and waited < LONGEST_SECONDS:
            await self._sleep(STEP_SECONDS)
            waited += STEP_SECONDS
        if self._earned >= 1:
            self._earned -= 1
