import asyncio

import pytest

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, PatienceError, Wire
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.prompts import Message


def request(number: int) -> Request:
    return Request((Message("user", str(number)),))


class Clock:
    """Time that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


class Gauge:
    """A wire that notes the order, the times and how many attempts were under way at once."""

    def __init__(self, clock: Clock, failures: dict[str, AttemptError] | None = None) -> None:
        self.clock = clock
        self.failures = failures or {}
        self.under_way = 0
        self.peak = 0
        self.begun: list[tuple[str, float]] = []

    async def send(self, request: Request) -> Completion:
        text = request.messages[0].content
        self.begun.append((text, self.clock()))
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        try:
            await asyncio.sleep(0)
            if failure := self.failures.pop(text, None):
                raise failure
            return Completion(text)
        finally:
            self.under_way -= 1


def limited(wire: Wire, concurrency: int, clock: Clock | None = None) -> Limited:
    bounds = Bounds(concurrency)
    if clock is None:
        return Limited(wire, Limiter(bounds))
    return Limited(wire, Limiter(bounds, clock=clock, sleep=clock.sleep))


async def send_all(limited: Limited, count: int) -> list[Completion | AttemptError]:
    async def one(number: int) -> Completion | AttemptError:
        try:
            return await limited.send(request(number))
        except AttemptError as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    return [task.result() for task in tasks]


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_attempts_are_bounded_and_begin_in_order(concurrency: int) -> None:
    clock = Clock()
    wire = Gauge(clock)

    replies = await send_all(limited(wire, concurrency), 10)

    assert wire.peak == concurrency
    assert [text for text, _ in wire.begun] == [str(number) for number in range(10)]
    assert replies == [Completion(str(number)) for number in range(10)]


async def test_nobody_begins_before_the_moment_that_the_endpoint_names() -> None:
    clock = Clock()
    failure = AttemptError("status 429", billed=False, retry_after=7.5)
    wire = Gauge(clock, {"1": failure})
    limiting = limited(wire, 2, clock)

    replies = await send_all(limiting, 5)

    times = dict(wire.begun)
    assert replies[1] is failure
    assert times["0"] == times["1"] == 100.0
    assert [times["3"], times["4"]] == [107.5, 107.5]


async def test_the_longest_pause_counts_when_it_grows_during_the_wait() -> None:
    clock = Clock()
    wire = Gauge(
        clock,
        {
            "0": AttemptError("status 429", billed=False, retry_after=20.0),
            "1": AttemptError("status 429", billed=False, retry_after=5.0),
        },
    )
    limiting = limited(wire, 2, clock)

    await send_all(limiting, 4)

    assert dict(wire.begun)["2"] == dict(wire.begun)["3"] == 120.0


async def test_a_failure_without_a_wish_pauses_nobody_and_frees_its_place() -> None:
    clock = Clock()
    wire = Gauge(clock, {"0": AttemptError("timeout", billed=True)})
    limiting = limited(wire, 1, clock)

    replies = await send_all(limiting, 3)

    assert replies[1:] == [Completion("1"), Completion("2")]
    assert {time for _, time in wire.begun} == {100.0}


async def test_a_pause_beyond_the_patience_fails_those_who_come_at_once() -> None:
    clock = Clock()
    wire = Gauge(clock, {"0": AttemptError("status 429", billed=False, retry_after=3600.0)})
    limiting = limited(wire, 1, clock)

    first, *others = await send_all(limiting, 4)

    assert not isinstance(first, PatienceError)
    assert all(isinstance(reply, PatienceError) for reply in others)
    assert {reply.reason for reply in others if isinstance(reply, AttemptError)} == {"status 429"}
    assert clock.now == 100.0
    assert len(wire.begun) == 1


async def test_a_pause_keeps_the_order_of_shared_beginnings() -> None:
    clock = Clock()
    wire = Gauge(clock, {"0": AttemptError("status 429", billed=False, retry_after=5.0)})
    limiting = limited(wire, 1, clock)
    prompts = ["a", "b", "a", "b", "a"]

    async def refused() -> None:
        with pytest.raises(AttemptError):
            await limiting.send(request(0))

    async with asyncio.TaskGroup() as group:
        group.create_task(refused())
        for number, prompt in enumerate(prompts):
            messages = (Message("system", prompt), Message("user", f"{prompt}{number}"))
            group.create_task(limiting.send(Request(messages)))

    assert "".join(message[0] for message, _ in wire.begun) == "0aaabb"
    assert {time for _, time in wire.begun[1:]} == {105.0}


def test_bounds_that_let_nothing_through_are_refused() -> None:
    with pytest.raises(ValueError, match="concurrency: 0"):
        Bounds(0)
    with pytest.raises(ValueError, match="requests_per_minute: -1"):
        Bounds(1, requests_per_minute=-1)
    with pytest.raises(ValueError, match="tokens_per_minute: -2"):
        Bounds(1, tokens_per_minute=-2)
    with pytest.raises(ValueError, match="patience_seconds: -1"):
        Bounds(1, patience_seconds=-1)
