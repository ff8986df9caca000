"""A call that is made again after a failure that may pass; for calls that ask no model anything."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS, FIRST_PAUSE, GROWTH, LONGEST_PAUSE

LONGEST_WAIT = 3600.0
"""Seconds; an endpoint that asks for more is asked before."""

Sleep = Callable[[float], Awaitable[None]]
Result = TypeVar("Result")


async def patiently(call: Callable[[], Awaitable[Result]], sleep: Sleep) -> Result:
    """Make a call that may be made any number of times, until it succeeds or the attempts end.

    Raises:
        AttemptError: the last failure.
        EndpointError: it is refused for good.
    """
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS - 1):
        try:
            return await call()
        except AttemptError as error:
            await sleep(min(max(pause, error.retry_after or 0.0), LONGEST_WAIT))
            pause = min(pause * GROWTH, LONGEST_PAUSE)
    return await call()
