import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.endpoints.pacing.learned_rate import (
    CUT,
    FIRST_GUESS,
    HARD_CUT,
    LEAST_RATE,
    LearnedRate,
)

STEP = 0.01


def learned(rate: float) -> LearnedRate:
    """Return a rate just learned from a first refusal at time 0."""
    found = LearnedRate()
    found.refused(-0.1, 0.0, rate / FIRST_GUESS)
    return found


def tried(found: LearnedRate, begin: float, seconds: float) -> float:
    """Begin attempts at the rate for some seconds, none refused; return the time after them."""
    now = begin
    while now < begin + seconds:
        now += 1 / found.rate
        found.began(now, pressed=True)
    return now


def test_nothing_bounds_the_rate_before_the_first_refusal() -> None:
    assert LearnedRate().rate == math.inf


@settings(max_examples=30)
@given(rate=st.floats(10.0, 500.0))
def test_a_refusal_costs_in_proportion_to_the_rate(rate: float) -> None:
    found = learned(rate)

    assert found.rate == pytest.approx(rate * (1 - CUT))


@settings(max_examples=30)
@given(low=st.floats(18.0, 40.0), times=st.floats(1.5, 3.0))
def test_the_lower_rate_catches_up_while_nothing_is_refused(low: float, times: float) -> None:
    slow, fast = learned(low), learned(low * times)
    before = fast.rate / slow.rate

    tried(slow, 0.0, 2.0)
    tried(fast, 0.0, 2.0)

    assert fast.rate / slow.rate < before


def test_a_refused_attempt_from_before_the_cut_says_nothing_new() -> None:
    found = learned(50.0)
    before = found.rate

    slower = found.refused(-0.05, 0.1, 50.0)

    assert not slower
    assert found.rate == before


def test_where_most_is_refused_the_cut_is_larger() -> None:
    found = learned(50.0)
    for number in range(6):
        found.refused(-0.1, 0.1 + number / 100, 50.0)
    before = found.rate

    found.refused(0.2, 0.3, 50.0)

    assert found.rate == pytest.approx(before * (1 - HARD_CUT))


def test_a_rate_that_held_nothing_up_does_not_grow() -> None:
    found = learned(50.0)
    before = found.rate

    for number in range(200):
        found.began(number / 10, pressed=False)

    assert found.rate == before


def test_growth_is_faster_and_faster_once_a_refusal_is_overdue() -> None:
    found = learned(25.0)

    now = tried(found, 0.0, 10.0)
    first, before = found.rate / 20.0, found.rate
    tried(found, now, 10.0)

    assert found.rate / before > 1.1 * first


def test_a_rate_is_never_less_than_an_attempt_in_ten_seconds() -> None:
    found = learned(0.5)

    for number in range(400):
        found.refused(number + 0.5, number + 0.6, 1.0)

    assert LEAST_RATE <= found.rate <= 0.5


def test_where_limits_are_told_a_cut_begins_at_what_was_really_tried() -> None:
    found = learned(100.0)
    found.told = True
    for number in range(1, 31):
        found.began(number / 5, pressed=False)

    found.refused(6.0, 6.02, 100.0)

    assert found.rate < 6.0
