import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.errors import BudgetError, EndpointError
from fedbbpt.prompts import Message
from fedbbpt.randomness import rng

HELLO = Request((Message("user", "hello"),))
BUSY = AttemptError("status 503", billed=False)


class Pauses:
    """A sleep that takes no time and notes how long it was asked to be."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Failing:
    """A wire that raises the given failures in turn and then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.attempts = 0

    async def send(self, request: Request) -> Completion:
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)
        return Completion("yes")


class Outage:
    """A wire that fails at once until so many seconds have been slept."""

    def __init__(self, pauses: Pauses, seconds: float) -> None:
        self.pauses = pauses
        self.seconds = seconds

    async def send(self, request: Request) -> Completion:
        if sum(self.pauses.seconds) < self.seconds:
            raise AttemptError("refused connection", billed=False)
        return Completion("yes")


async def test_a_first_success_pauses_nowhere() -> None:
    pauses = Pauses()
    wire = Failing()

    reply = await Retrying(wire, sleep=pauses).send(HELLO)

    assert (reply, wire.attempts, pauses.seconds) == (Completion("yes"), 1, [])


async def test_failures_are_followed_by_growing_pauses_until_a_reply() -> None:
    pauses = Pauses()
    wire = Failing(BUSY, BUSY, BUSY)

    reply = await Retrying(wire, sleep=pauses).send(HELLO)

    assert reply == Completion("yes")
    assert wire.attempts == 4
    assert pauses.seconds == [0.5, 1.5, 4.5]


async def test_the_last_failure_is_raised_as_it_is() -> None:
    pauses = Pauses()
    last = AttemptError("timeout", billed=True)
    wire = Failing(BUSY, BUSY, last)

    with pytest.raises(AttemptError) as caught:
        await Retrying(wire, attempts=3, sleep=pauses).send(HELLO)

    assert caught.value is last
    assert wire.attempts == 3


async def test_one_attempt_means_no_second() -> None:
    wire = Failing(BUSY)

    with pytest.raises(AttemptError):
        await Retrying(wire, attempts=1, sleep=Pauses()).send(HELLO)

    assert wire.attempts == 1


@pytest.mark.parametrize("failure", [EndpointError("401"), BudgetError("cap"), KeyError("bug")])
@pytest.mark.parametrize("busy_before", [0, 1])
async def test_what_another_attempt_would_not_mend_is_not_retried(
    failure: Exception, busy_before: int
) -> None:
    wire = Failing(*[BUSY] * busy_before, failure)

    with pytest.raises(type(failure)):
        await Retrying(wire, sleep=Pauses()).send(HELLO)

    assert wire.attempts == busy_before + 1


@given(st.integers(0, 10**6))
async def test_an_outage_of_twenty_seconds_is_survived_whatever_is_drawn(seed: int) -> None:
    pauses = Pauses()
    retrying = Retrying(Outage(pauses, 20.0), sleep=pauses, rng=rng(seed, "retries"))

    assert await retrying.send(HELLO) == Completion("yes")
    assert sum(pauses.seconds) <= 60.5


async def test_drawn_pauses_lie_in_the_upper_half_and_differ() -> None:
    drawn = []
    for seed in range(20):
        pauses = Pauses()
        await Retrying(Failing(BUSY), sleep=pauses, rng=np.random.default_rng(seed)).send(HELLO)
        drawn += pauses.seconds

    assert all(0.25 <= pause <= 0.5 for pause in drawn)
    assert len(set(drawn)) == 20


async def test_the_wish_of_the_endpoint_is_honoured() -> None:
    pauses = Pauses()
    wishes = [AttemptError("status 429", billed=False, retry_after=wish) for wish in (0.1, 90.0)]

    await Retrying(Failing(*wishes), sleep=pauses).send(HELLO)

    assert pauses.seconds == [0.5, 90.0]


async def test_a_wish_beyond_the_patience_ends_it_at_once() -> None:
    pauses = Pauses()
    wire = Failing(AttemptError("status 429", billed=False, retry_after=121.0))

    with pytest.raises(AttemptError, match="status 429"):
        await Retrying(wire, sleep=pauses).send(HELLO)

    assert (wire.attempts, pauses.seconds) == (1, [])


async def test_the_patience_bounds_all_pauses_together() -> None:
    pauses = Pauses()
    wish = AttemptError("status 429", billed=False, retry_after=50.0)

    with pytest.raises(AttemptError):
        await Retrying(Failing(*[wish] * 6), sleep=pauses).send(HELLO)

    assert pauses.seconds == [50.0, 50.0]


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="attempts: 0"):
        Retrying(Failing(), attempts=0)
    with pytest.raises(ValueError, match="patience_seconds: -1"):
        Retrying(Failing(), patience_seconds=-1)
