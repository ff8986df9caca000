import asyncio

import pytest
from virtual_time import run_virtually

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.concurrency_limit import COOLDOWN_SECONDS, START, ConcurrencyLimit
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.prompts import Message
from fedbbpt.randomness import rng

SECONDS = 12.0


def busy_round(limit: ConcurrencyLimit, now: float, latency: float = 1.0) -> float:
    """Keep as much under way as is let, for a round; return the time after it."""
    before, count = limit.limit, max(limit.limit, 8)
    while count > 0:
        for _ in range(before):
            limit.began(now)
        now += latency
        for _ in range(before):
            limit.ended(now)
            limit.succeeded(now)
        count -= before
    return now


def test_it_doubles_with_each_clean_round_up_to_the_ceiling() -> None:
    limit, now, seen = ConcurrencyLimit(50), 0.0, []

    for _ in range(7):
        seen.append(limit.limit)
        now = busy_round(limit, now)

    assert seen == [4, 8, 16, 32, 50, 50, 50]


def test_a_refusal_cuts_once_an_episode_and_growth_is_by_additions_then() -> None:
    limit = ConcurrencyLimit(100, start=50)

    for moment in (1.0, 2.0, 14.0):
        limit.refused(moment, None)
    assert limit.limit == 40
    limit.refused(1.0 + COOLDOWN_SECONDS, None)
    assert limit.limit == 32
    grown = []
    now = 20.0
    for _ in range(3):
        now = busy_round(limit, now)
        grown.append(limit.limit)

    assert grown == [32, 33, 35]  # the first of these rounds is not clean


def test_a_pause_that_was_asked_for_ends_the_episode() -> None:
    limit = ConcurrencyLimit(100, start=50)

    limit.refused(0.0, 2.0)
    limit.refused(2.0, 2.0)

    assert limit.limit == 32


def test_what_was_taken_beside_a_refusal_is_not_cut() -> None:
    limit = ConcurrencyLimit(100, start=50)
    for _ in range(49):
        limit.began(0.0)

    limit.refused(1.0, None)

    assert limit.limit == 48


def test_rounds_that_are_idle_change_nothing() -> None:
    limit, now = ConcurrencyLimit(50), 0.0

    for _ in range(40):
        limit.began(now)
        now += 1.0
        limit.ended(now)
        limit.succeeded(now)

    assert limit.limit == START


class Slots:
    """A server that works on so many requests at once; others wait in it."""

    def __init__(self, slots: int, spread: float) -> None:
        self.slots = asyncio.Semaphore(slots)
        self.spread = spread
        self.draws = rng(1, "latencies")
        self.done = 0

    async def send(self, request: Request) -> Completion:
        async with self.slots:
            await asyncio.sleep(0.05 * self.draws.lognormal(0.0, self.spread))
        self.done += 1
        return Completion(request.messages[0].content)


async def throughput(slots: int, spread: float, bounds: Bounds) -> tuple[int, int]:
    """Return the completions of some seconds and the limit in the end."""
    clock = asyncio.get_running_loop().time
    server = Slots(slots, spread)
    limiter = Limiter(bounds)
    wire = Limited(server, limiter)

    async def ask() -> None:
        while clock() < SECONDS:
            await wire.send(Request((Message("user", "a"),)))

    async with asyncio.TaskGroup() as group:
        for _ in range(2 * bounds.concurrency):
            group.create_task(ask())
    return server.done, limiter.limit


@pytest.mark.parametrize("spread", [0.0, 0.4])
@pytest.mark.parametrize("slots", [1, 6, 48])
def test_a_server_of_fixed_size_is_saturated(slots: int, spread: float) -> None:
    bare, _ = run_virtually(throughput(slots, spread, Bounds(64, start=64)))

    ours, limit = run_virtually(throughput(slots, spread, Bounds(64)))

    assert ours >= 0.95 * bare
    assert limit >= min(slots, 64)


@pytest.mark.parametrize("slots", [1, 6])
def test_a_small_server_is_not_drowned(slots: int) -> None:
    _, limit = run_virtually(throughput(slots, 0.0, Bounds(64)))

    assert limit <= max(START, 5 * slots)
