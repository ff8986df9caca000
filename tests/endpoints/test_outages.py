import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from virtual_time import run_virtually

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, PatienceError
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.breaker import FAILURES, Breaker
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message


def request(number: int) -> Request:
    return Request((Message("user", f"{number}"),))


@dataclass
class Server:
    """Answers in 50 ms, except while ``fault`` returns an error for the moment.

    Attributes:
        fault: by seconds.
        begun: when attempts began.
        answered: when they were answered.
    """

    fault: Callable[[float], Exception | None]
    begun: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)

    async def send(self, request: Request) -> Completion:
        now = asyncio.get_running_loop().time()
        self.begun.append(now)
        await asyncio.sleep(0.05)
        if (error := self.fault(now)) is not None:
            raise error
        self.answered.append(now)
        return Completion(request.messages[0].content)


def outage(begin: float, end: float, reason: str = "status 503") -> Server:
    return Server(lambda now: AttemptError(reason, billed=False) if begin <= now < end else None)


async def ask_all(
    server: Server, count: int, concurrency: int = 16
) -> list[Completion | AttemptError]:
    limiter = Limiter(Bounds(concurrency))
    line = Retrying(Limited(server, limiter), budget=limiter.retries)

    async def one(number: int) -> Completion | AttemptError:
        try:
            return await line.send(request(number))
        except AttemptError as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    return [task.result() for task in tasks]


@pytest.mark.parametrize("reason", ["status 503", "connection failed", "connection lost"])
def test_an_outage_costs_hardly_any_calls_and_loses_nothing(reason: str) -> None:
    server = outage(1.0, 61.0, reason)

    replies = run_virtually(ask_all(server, 1000))

    assert replies == [Completion(str(number)) for number in range(1000)]
    assert len(server.begun) <= 1.05 * 1000
    assert sum(1.0 <= moment < 61.0 for moment in server.begun) <= 16 + FAILURES + 12


def test_after_an_outage_work_goes_on_soon() -> None:
    server = outage(1.0, 61.0)

    run_virtually(ask_all(server, 1000))

    first = min(moment for moment in server.answered if moment >= 61.0)
    assert first <= 61.0 + 15.0
    assert max(server.answered) <= first + 20.0


def test_one_probe_at_a_time_goes_through_at_growing_distances() -> None:
    server = outage(0.0, 40.0)

    run_virtually(ask_all(server, 50, concurrency=8))

    probes = [moment for moment in server.begun if 0.5 < moment < 40.0]
    gaps = [later - sooner for sooner, later in itertools.pairwise(probes)]
    assert len(probes) <= 8
    assert all(later >= 1.5 * sooner for sooner, later in itertools.pairwise(gaps))


def test_an_outage_beyond_the_patience_ends_all_requests_and_says_why() -> None:
    server = outage(1.0, 10_000.0)

    async def timed() -> tuple[list[Completion | AttemptError], float]:
        replies = await ask_all(server, 1000)
        return replies, asyncio.get_running_loop().time()

    replies, seconds = run_virtually(timed())

    failed = [reply for reply in replies if isinstance(reply, AttemptError)]
    assert len(failed) == 1000 - len(server.answered) > 500
    assert {failure.reason for failure in failed} == {"status 503"}
    assert 120.0 <= seconds <= 140.0
    assert sum(moment >= 1.0 for moment in server.begun) <= 16 + FAILURES + 15


def test_an_endpoint_that_comes_back_after_the_patience_is_found_again() -> None:
    server = outage(0.0, 200.0)

    async def later() -> tuple[list[type[AttemptError]], Completion]:
        line = Limited(server, Limiter(Bounds(4)))
        seen: list[type[AttemptError]] = []
        while PatienceError not in seen:
            try:
                await line.send(request(0))
            except AttemptError as error:
                seen.append(type(error))
        await asyncio.sleep(100.0)
        return seen, await line.send(request(0))

    seen, reply = run_virtually(later())

    assert reply == Completion("0")
    assert len(seen) <= FAILURES + 15


def test_faults_among_answers_are_no_outage() -> None:
    count = 0

    def every_third(_now: float) -> Exception | None:
        nonlocal count
        count += 1
        return AttemptError("status 500", billed=True) if count % 3 == 0 else None

    server = Server(every_third)

    replies = run_virtually(ask_all(server, 600))

    assert all(isinstance(reply, Completion) for reply in replies)
    assert len(server.begun) <= 1.55 * 600


def test_refusals_for_the_rate_are_no_outage() -> None:
    server = Server(
        lambda now: AttemptError("status 429", billed=False, throttled=True) if now < 30 else None
    )

    replies = run_virtually(ask_all(server, 20, concurrency=2))

    assert all(isinstance(reply, Completion) for reply in replies)
    assert min(server.answered) <= 45.0


def test_a_refusal_for_good_ends_a_probe_and_lets_the_next_one_begin() -> None:
    async def asked() -> tuple[int, float]:
        server = outage(0.0, 1.0)
        line = Limited(server, Limiter(Bounds(4)))
        for number in range(FAILURES):
            with pytest.raises(AttemptError):
                await line.send(request(number))
        server.fault = lambda _now: EndpointError("401")
        with pytest.raises(EndpointError):
            await line.send(request(0))
        server.fault = lambda _now: None
        await line.send(request(1))
        return len(server.begun), asyncio.get_running_loop().time()

    calls, seconds = run_virtually(asked())

    assert calls == FAILURES + 2
    assert seconds < 2.0


def test_a_probe_that_is_cancelled_lets_the_next_one_begin() -> None:
    async def asked() -> Completion:
        server = outage(0.0, 0.45)
        line = Limited(server, Limiter(Bounds(4)))
        for number in range(FAILURES):
            with pytest.raises(AttemptError):
                await line.send(request(number))
        probe = asyncio.create_task(line.send(request(0)))
        waiting = asyncio.create_task(line.send(request(1)))
        await asyncio.sleep(0.52)
        probe.cancel()
        await asyncio.wait([probe])
        return await waiting

    assert run_virtually(asked()) == Completion("1")


def test_a_breaker_that_never_opens_is_none() -> None:
    breaker = Breaker(after=0)

    for moment in range(100):
        breaker.failed("status 500", float(moment), probe=False)

    assert not breaker.open
