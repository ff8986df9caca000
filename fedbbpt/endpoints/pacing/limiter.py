"""What all attempts at one endpoint with one key have in common: room, pace, pauses, outages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, PatienceError, Wire
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.breaker import Breaker
from fedbbpt.endpoints.pacing.concurrency_limit import ConcurrencyLimit
from fedbbpt.endpoints.pacing.pace import Pace
from fedbbpt.endpoints.pacing.retry_budget import RetryBudget
from fedbbpt.endpoints.pacing.shared_beginnings import SharedBeginnings
from fedbbpt.endpoints.spending.ledger import worst_tokens

_LOG = logging.getLogger(__name__)

STEP_SECONDS = 0.1
"""A wait for the pace is looked at again so often: what a reply tells meanwhile may shorten it."""

OPENING = 24
"""Characters of a lone message that tell one prompt from another."""


def loop_time() -> float:
    """Return the seconds on the clock of the running loop, which its sleeps go by."""
    return asyncio.get_running_loop().time()


class _Ticket(NamedTuple):
    """What was taken for one attempt, and whether it is the probe of an outage."""

    worst: int
    taken: float
    probe: bool


_FREE = _Ticket(0, 0.0, probe=False)
"""For an attempt that nothing held up."""


class Limiter:
    """Decides when an attempt may begin; learns from how attempts end.

    Attempts enter in the order of ``SharedBeginnings`` and keep it through every pause. Nothing
    here changes a reply, and nothing of it outlives the process.

    Attributes:
        retries: the budget of all that ask here.
    """

    def __init__(
        self,
        bounds: Bounds,
        *,
        clock: Callable[[], float] = loop_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Begin with what the user allows.

        Args:
            bounds: never passed.
            clock: as ``loop_time``.
            sleep: as ``asyncio.sleep``.
        """
        self.retries = RetryBudget(sleep)
        self._concurrency = ConcurrencyLimit(bounds.concurrency, bounds.start)
        self._gate = SharedBeginnings(self._concurrency.limit)
        self._pace = Pace(bounds.requests_per_minute, bounds.tokens_per_minute)
        self._breaker = Breaker(bounds.outage_after)
        self._patience = bounds.patience_seconds
        self._clock = clock
        self._sleep = sleep
        self._not_before = 0.0
        self._reason = ""
        self._turnstile = asyncio.Lock()
        self._probed = asyncio.Event()

    @property
    def limit(self) -> int:
        """Attempts at once that are let through just now."""
        return self._concurrency.limit

    @property
    def out(self) -> bool:
        """Whether the last attempts all failed, whoever made them."""
        return self._breaker.open

    async def attempt(self, wire: Wire, request: Request, reasoning_tokens: int) -> Completion:
        """Make one attempt when it may begin.

        Args:
            wire: makes it.
            request: what is asked.
            reasoning_tokens: room that the endpoint gives the model beyond the longest reply.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            PatienceError: the pause asked for or the outage goes beyond the patience.
            EndpointError: it is refused for good.
        """
        gate, concurrency, beginning = self._gate, self._concurrency, _beginning(request)
        if not gate.entered(beginning):
            await gate.enter(beginning)
        ticket = _FREE
        try:
            if self._pace.bound or self._breaker.open or self._not_before:
                ticket = await self._turn(worst_tokens(request, reasoning_tokens))
            begun = self._clock()
            concurrency.began(begun)
            try:
                completion = await wire.send(request)
            except AttemptError as error:
                self._failed(error, begun, ticket)
                raise
            finally:
                now = self._clock()
                concurrency.ended(now)
            self._succeeded(completion, now, ticket)
            return completion
        finally:
            if ticket.probe:
                self._breaker.abandon()
                self._probed.set()
            gate.leave()

    def _succeeded(self, completion: Completion, now: float, ticket: "_Ticket") -> None:
        concurrency = self._concurrency
        concurrency.succeeded(now)
        if self._breaker.failures:
            self._answers()
        if ticket is not _FREE:
            usage = completion.usage
            self._settle(ticket, usage.prompt_tokens + usage.completion_tokens or ticket.worst)
        if completion.limits is not None:
            self._pace.hear(completion.limits, now)
        if concurrency.limit != self._gate.size:
            self._gate.resize(concurrency.limit)

    def _settle(self, ticket: "_Ticket", used: int) -> None:
        if ticket is not _FREE:
            self._pace.settle(ticket.worst, ticket.taken, used)

    def _answers(self) -> None:
        self._breaker.succeeded()
        self._probed.set()

    def _failed(self, error: AttemptError, begun: float, ticket: "_Ticket") -> None:
        now = self._clock()
        if error.limits is not None:
            self._pace.hear(error.limits, now)
        if not error.billed:
            self._settle(ticket, 0)
        if error.throttled:
            self._answers()
            if self._pace.refused(begun, now, self._concurrency.throughput(now)):
                self._concurrency.refused(now, error.retry_after)
            self._gate.resize(self._concurrency.limit)
        else:
            closed = not self._breaker.open
            self._breaker.failed(error.reason, now, probe=ticket.probe)
            if closed and self._breaker.open:
                _LOG.info("the endpoint fails everything (%s); one attempt at a time", error.reason)
        if error.retry_after is not None:
            self._not_before = max(self._not_before, now + error.retry_after)
            self._reason = error.reason
            _LOG.info("the endpoint asks for a pause of %.1f s", error.retry_after)

    async def _turn(self, worst: int) -> "_Ticket":
        """Wait for one's turn and take what the attempt may use."""
        async with self._turnstile:
            while (wait := self._wait()) > 0:
                self._concurrency.held_up()
                if self._breaker.probing:
                    await self._probed.wait()
                else:
                    await self._sleep(wait)
            probe = self._breaker.open
            if probe:
                self._breaker.probe()
                self._probed.clear()
            return _Ticket(worst, self._pace.take(worst, self._clock()), probe)

    def _wait(self) -> float:
        """Return the seconds until it is worth looking again, 0 to begin.

        Raises:
            PatienceError: that would be too long.
        """
        now, breaker = self._clock(), self._breaker
        if (pause := self._not_before - now) > 0:
            if pause > self._patience:
                raise PatienceError(self._reason, retry_after=pause)
            return pause
        self._not_before = 0.0
        if breaker.open and (breaker.probing or breaker.wait(now)):
            left = self._patience - breaker.lasted(now)
            if left <= 0:
                raise PatienceError(breaker.reason, lasted=breaker.lasted(now))
            return left if breaker.probing else min(left, breaker.wait(now))
        return min(self._pace.wait(now), STEP_SECONDS)


def _beginning(request: Request) -> Hashable:
    *before, last = request.messages
    soft = request.soft
    if not before and soft is not None and soft.at < OPENING:
        return last.content[: soft.at], soft.tokens.digest
    return tuple(before) or last.content[:OPENING]
