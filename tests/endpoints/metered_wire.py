"""A metered endpoint in virtual time, and owners that ask it as fast as they are let."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from mock_meter import Limits, Meter

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.rate_limits import rate_limits, utc_now
from fedbbpt.endpoints.pacing.retry_after import retry_after
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.prompts import Message
from fedbbpt.randomness import rng

TOKENS = 100
REFUSAL_SECONDS = 0.02


@dataclass
class MeteredWire:
    """Takes requests up as a meter lets it, and notes when and whose.

    Attributes:
        meter: one account.
        latency: returns the seconds of a reply.
        chance: returns whether an attempt is refused whatever the pace.
        taken: when requests were taken up, and by which process.
        refused: when requests were refused.
    """

    meter: Meter
    latency: Callable[[], float]
    chance: Callable[[], bool] = lambda: False
    taken: list[tuple[float, int]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    async def ask(self, process: int) -> Completion:
        now = self.meter.clock()
        overloaded = self.chance()
        wait = 0.0 if overloaded else self.meter.take(TOKENS)
        if overloaded or wait:
            self.refused.append(now)
            headers = self.meter.headers(wait)
            await asyncio.sleep(REFUSAL_SECONDS)
            raise AttemptError(
                "status 429",
                billed=False,
                throttled=True,
                retry_after=retry_after(headers, utc_now()),
                limits=rate_limits(headers),
            )
        self.taken.append((now, process))
        await asyncio.sleep(self.latency())
        return Completion("", usage=Usage(TOKENS - 1, 1), limits=rate_limits(self.meter.headers()))

    def share_refused(self, begin: float, end: float) -> float:
        refused = sum(begin <= moment < end for moment in self.refused)
        taken = sum(begin <= moment < end for moment, _ in self.taken)
        return refused / (refused + taken)

    def rate(self, begin: float, end: float) -> float:
        """Return requests taken up a minute."""
        return 60 * sum(begin <= moment < end for moment, _ in self.taken) / (end - begin)


@dataclass(frozen=True)
class Process:
    """One process of those that share a key."""

    number: int
    wire: MeteredWire

    async def send(self, request: Request) -> Completion:
        return await self.wire.ask(self.number)


async def ask_for(
    limits: Limits,
    seconds: float,
    *,
    processes: int = 1,
    concurrency: int = 64,
    latency: float = 1.0,
    changes: dict[float, Limits] | None = None,
    bounds: Bounds | None = None,
    chance: float = 0.0,
    starts: Sequence[float] = (),
    seed: int = 7,
) -> MeteredWire:
    """Return the log of an endpoint that processes kept asking for some time; nothing may fail."""
    clock = asyncio.get_running_loop().time
    draws = rng(seed, "latencies")
    wire = MeteredWire(
        Meter(limits, clock),
        lambda: latency * draws.lognormal(-0.06, 0.35),
        lambda: bool(chance) and draws.random() < chance,
    )

    async def process(number: int) -> None:
        await asyncio.sleep(starts[number] if starts else 0.0)
        limiter = Limiter(bounds or Bounds(concurrency))
        line = Retrying(Limited(Process(number, wire), limiter), budget=limiter.retries)
        count = 0

        async def ask() -> None:
            nonlocal count
            while clock() < seconds:
                count += 1
                await line.send(Request((Message("user", f"{number} {count}".ljust(160)),)))

        async with asyncio.TaskGroup() as group:
            for _ in range(2 * concurrency):
                group.create_task(ask())

    async with asyncio.TaskGroup() as group:
        for number in range(processes):
            group.create_task(process(number))
        for moment, changed in (changes or {}).items():
            asyncio.get_running_loop().call_at(moment, wire.meter.change, changed)
    return wire


def jain(shares: Sequence[float]) -> float:
    """Return Jain's index of fairness."""
    values = np.array(shares)
    return float(values.sum() ** 2 / (len(values) * (values**2).sum()))
