import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Window
from fedbbpt.endpoints.pacing.lane import BURST_SECONDS, SHARE, Lane


def passed(lane: Lane, seconds: float, begin: float = 0.0) -> int:
    """Return how many requests pass one after the other as soon as they may."""
    now, count = begin, 0
    while now < begin + seconds:
        wait = lane.wait(now, 1.0)
        if wait > 1e-9:
            now += wait
        else:
            lane.take(1.0)
            count += 1
    return count


@given(st.integers(1, 6000), st.floats(1.0, 600.0))
def test_never_more_passes_than_is_granted_and_may_be_saved_up(
    per_minute: int, seconds: float
) -> None:
    lane = Lane(per_minute, 1.0)

    count = passed(lane, min(seconds, 60_000 / per_minute))

    rate = per_minute / 60
    bound = rate * min(seconds, 60_000 / per_minute) + max(1.0, rate * BURST_SECONDS) + 1
    assert count <= bound


@pytest.mark.parametrize("per_minute", [60, 600, 3000])
def test_nearly_all_that_is_granted_passes(per_minute: int) -> None:
    lane = Lane(per_minute, 1.0)

    assert passed(lane, 100.0) >= 0.985 * per_minute * 100 / 60


def test_a_told_grant_and_the_users_own_bound_hold_together() -> None:
    lane = Lane(600, 1.0)

    lane.hear(Window(1200), 0.0)
    assert lane.rate(0.0) == pytest.approx(SHARE * 10)
    lane.hear(Window(300), 0.0)
    assert lane.rate(0.0) == pytest.approx(SHARE * 5)


def test_what_remains_is_spread_until_the_reset_and_no_longer() -> None:
    lane = Lane(0, 1.0)

    lane.hear(Window(600, 9, 20.0), 100.0)

    assert lane.rate(110.0) == pytest.approx((9 + 1) / 20)
    assert lane.rate(120.0) == pytest.approx(SHARE * 10)


def test_a_days_grant_is_not_spread_over_the_day() -> None:
    lane = Lane(0, 1.0)

    lane.hear(Window(1000, 900, 40_000.0, 86_400.0), 0.0)

    assert not lane.bound
    assert lane.wait(0.0, 1.0) == 0.0


def test_a_debt_is_waited_for_and_what_is_given_back_is_there_at_once() -> None:
    lane = Lane(6000, 1.0)
    lane.wait(0.0, 0.0)

    lane.take(500.0)
    in_debt = lane.wait(0.0, 0.0)
    lane.take(-400.0)

    assert in_debt == pytest.approx((500 - SHARE * 100 * BURST_SECONDS) / (SHARE * 100))
    assert lane.wait(0.0, 0.0) == pytest.approx(in_debt - 400 / (SHARE * 100))
