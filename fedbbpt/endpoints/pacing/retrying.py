"""The one owner of retries: a wire that asks again after a failure that may pass."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, PatienceError, Wire
from fedbbpt.endpoints.pacing.bounds import PATIENCE_SECONDS
from fedbbpt.endpoints.pacing.retry_budget import RetryBudget

FIRST_PAUSE = 0.5
"""Seconds before the second attempt."""

GROWTH = 3.0
LONGEST_PAUSE = 10.0
"""Each pause is three times the one before, up to this: .5, 1.5, 4.5, 10, 10 and so on."""

THROTTLED_PAUSE = 4.5
"""The longest after a refusal for the rate, where the limiter decides when the next may begin: an
endpoint that refuses every second attempt at random still gets it all done."""

ATTEMPTS = 12
"""Most attempts at one request, 43 to 86.5 s of pauses in all; with 30 % of faults one in 2 million
requests fails as often as that."""


class Retrying:
    """Asks up to ``attempts`` times, with growing pauses.

    A refusal for the rate is no failed attempt: it counts against the patience alone. With ``rng``
    each pause is drawn between half its length and all of it, so that requests which failed
    together do not return together; the lower half is left out, because a run must outlast an
    outage of 40 s for certain. Without ``rng`` the pauses are the full lengths. Neither changes any
    result.
    """

    def __init__(
        self,
        wire: Wire,
        attempts: int = ATTEMPTS,
        patience_seconds: float = PATIENCE_SECONDS,
        *,
        budget: RetryBudget | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Wrap ``wire``.

        Args:
            wire: what makes one attempt.
            attempts: most attempts at one request, >= 1.
            patience_seconds: most seconds that one request pauses in all. Time spent in attempts or
                in a queue for them does not count: a long queue is no reason to give up.
            budget: of retries, shared by all that ask at the same place; None for no bound.
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
        self._budget = budget
        self._sleep = sleep
        self._rng = rng

    async def send(self, request: Request) -> Completion:
        """Ask until there is a completion or the patience ends.

        Raises:
            AttemptError: the last failure; a wait that the endpoint asks for and that goes beyond
                the patience ends it at once.
            EndpointError: it is refused for good.
        """
        if self._budget is not None:
            self._budget.earn()
        try:
            return await self._wire.send(request)
        except AttemptError as error:
            failure = error
        return await self._ask_again(request, failure)

    async def _ask_again(self, request: Request, failure: AttemptError) -> Completion:
        """Continue after the first failure; only here tenacity's bookkeeping is paid for."""
        first, failed = [failure], 0

        async def attempt() -> Completion:
            nonlocal failed
            try:
                # tenacity counts the failure that already happened as the first attempt.
                if first:
                    raise first.pop()
                if self._budget is not None and failed:
                    await self._budget.spend()
                return await self._wire.send(request)
            except AttemptError as error:
                failed += not error.throttled
                raise

        def is_over(state: RetryCallState) -> bool:
            paused = state.idle_for + state.upcoming_sleep
            return failed >= self._attempts or paused > self._patience

        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=self._pause,
            stop=is_over,
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        completion: Completion = await retrying(attempt)
        return completion

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        throttled = isinstance(error, AttemptError) and error.throttled
        longest = THROTTLED_PAUSE if throttled else LONGEST_PAUSE
        pause = min(FIRST_PAUSE * GROWTH ** (state.attempt_number - 1), longest)
        if self._rng is not None:
            pause *= self._rng.uniform(0.5, 1.0)
        if isinstance(error, AttemptError) and error.retry_after is not None:
            return max(pause, error.retry_after)
        return pause


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, AttemptError) and not isinstance(error, PatienceError)
