"""The one owner of retries: a wire that asks again after a failure that may pass."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Wire

FIRST_PAUSE = 0.5
"""Seconds before the second attempt."""

GROWTH = 3.0
"""Each pause is this many times the one before: .5, 1.5, 4.5, 13.5, 40.5 s, 60.5 s in all."""


class Retrying:
    """Asks up to ``attempts`` times, with growing pauses.

    With ``rng`` each pause is drawn between half its length and all of it, so that requests which
    failed together do not return together; the lower half is left out, because a run must outlast
    an outage of 20 s for certain (the shortest sum of five pauses is 30 s). Without ``rng`` the
    pauses are the full lengths. Neither changes any result.
    """

    def __init__(
        self,
        wire: Wire,
        attempts: int = 6,
        patience_seconds: float = 120.0,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Wrap ``wire``.

        Args:
            wire: what makes one attempt.
            attempts: most attempts at one request, >= 1.
            patience_seconds: most seconds that one request pauses in all. Time spent in attempts or
                in a queue for them does not count: a long queue is no reason to give up.
            sleep: as ``asyncio.sleep``.
            rng: for the pauses.

        Raises:
            ValueError: a number is out of range.
        """
        if attempts < 1:
            raise ValueError(f"attempts: {attempts} asks nothing; give 1 or more")
        if not patience_seconds >= 0:
            raise ValueError(f"patience_seconds: {patience_seconds} is negative; give 0 or more")
        self._wire = wire
        self._attempts = attempts
        self._patience = patience_seconds
        self._sleep = sleep
        self._rng = rng

    async def send(self, request: Request) -> Completion:
        """Ask until there is a completion or the patience ends.

        Raises:
            AttemptError: the last failure; a wait that the endpoint asks for and that goes beyond
                the patience ends it at once.
            EndpointError: it is refused for good.
        """
        try:
            return await self._wire.send(request)
        except AttemptError as error:
            failure = error
        return await self._ask_again(request, failure)

    async def _ask_again(self, request: Request, failure: AttemptError) -> Completion:
        """Continue after the first failure; only here tenacity's bookkeeping is paid for."""
        first = [failure]

        async def attempt() -> Completion:
            # tenacity counts the failure that already happened as the first attempt.
            if first:
                raise first.pop()
            return await self._wire.send(request)

        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=self._pause,
            stop=self._is_over,
            retry=retry_if_exception_type(AttemptError),
            reraise=True,
        )
        completion: Completion = await retrying(attempt)
        return completion

    def _pause(self, state: RetryCallState) -> float:
        pause = FIRST_PAUSE * GROWTH ** (state.attempt_number - 1)
        if self._rng is not None:
            pause *= self._rng.uniform(0.5, 1.0)
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, AttemptError) and error.retry_after is not None:
            return max(pause, error.retry_after)
        return pause

    def _is_over(self, state: RetryCallState) -> bool:
        paused = state.idle_for + state.upcoming_sleep
        return state.attempt_number >= self._attempts or paused > self._patience
