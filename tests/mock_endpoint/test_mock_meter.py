import pytest
from mock_meter import Limits, Meter


def test_a_meter_grants_what_its_limits_say_and_no_more() -> None:
    now = [0.0]
    meter = Meter(Limits(requests_per_minute=600, tokens_per_minute=6000), lambda: now[0])

    taken = {}
    for second in range(60):
        meter.change(Limits(300 if 20 <= second < 40 else 600, 6000, told=False))
        taken[second] = sum(meter.take(3) == 0.0 for _ in range(40))
        now[0] += 1.0

    assert sum(taken[s] for s in range(1, 20)) == 19 * 10
    assert sum(taken[s] for s in range(21, 40)) == 19 * 5
    assert sum(taken[s] for s in range(41, 60)) == 19 * 10
    assert meter.headers(1.0) == {}
    assert meter.buckets["requests"].granted == pytest.approx(590 - 100, abs=11)


def test_a_meter_tells_in_headers_what_is_left_and_when_to_come_again() -> None:
    now = [0.0]
    meter = Meter(Limits(requests_per_minute=60, tokens_per_minute=6000), lambda: now[0])

    first, wait = meter.take(50), meter.take(50)
    headers = meter.headers(wait)

    assert first == 0.0
    assert wait == pytest.approx(1.0)
    assert headers == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "50",
        "x-ratelimit-reset-tokens": "500ms",
        "retry-after-ms": "1001",
        "retry-after": "2",
    }
    now[0] = 1.0
    assert meter.take(50) == 0.0
