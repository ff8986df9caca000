import pytest
from metered_wire import TOKENS, ask_for, jain
from mock_meter import Limits
from virtual_time import run_virtually

from fedbbpt.endpoints.pacing.bounds import Bounds

WARM = 20.0
"""Seconds until the pace is found."""

SECONDS = 80.0


@pytest.mark.parametrize("latency", [0.05, 1.0])
@pytest.mark.parametrize("per_minute", [600, 3000])
def test_told_grants_are_used_up_and_hardly_anything_is_refused(
    per_minute: int, latency: float
) -> None:
    wire = run_virtually(ask_for(Limits(per_minute), SECONDS, latency=latency, concurrency=128))

    assert wire.rate(WARM, SECONDS) >= 0.98 * per_minute
    assert wire.share_refused(0, SECONDS) <= 0.005


@pytest.mark.parametrize("latency", [0.05, 1.0])
@pytest.mark.parametrize("per_minute", [600, 3000])
def test_grants_that_nobody_tells_are_learned(per_minute: int, latency: float) -> None:
    wire = run_virtually(
        ask_for(Limits(per_minute, told=False), SECONDS, latency=latency, concurrency=128)
    )

    assert wire.rate(WARM, SECONDS) >= 0.95 * per_minute
    assert wire.share_refused(0, SECONDS) <= 0.05


@pytest.mark.parametrize("told", [True, False])
def test_tokens_are_paced_like_requests(told: bool) -> None:
    wire = run_virtually(ask_for(Limits(3000, 600 * TOKENS, told=told), SECONDS))

    assert wire.rate(WARM, SECONDS) >= 0.95 * 600
    assert wire.share_refused(0, SECONDS) <= (0.005 if told else 0.05)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("latency", [0.05, 1.0])
def test_a_grant_that_halves_and_doubles_is_followed(latency: float, told: bool) -> None:
    half, whole = Limits(300, told=told), Limits(600, told=told)

    wire = run_virtually(ask_for(whole, 130.0, latency=latency, changes={40.0: half, 85.0: whole}))

    granted = (45 * 300 + 45 * 600) / 90
    assert wire.rate(40.0, 85.0) >= 0.9 * 300
    assert wire.rate(40.0, 130.0) >= 0.9 * granted
    assert wire.share_refused(0, 130.0) <= (0.005 if told else 0.05)


@pytest.mark.parametrize("burst", [1.0, 10.0])
@pytest.mark.parametrize("latency", [0.05, 1.0])
def test_processes_that_share_a_key_get_the_same(latency: float, burst: float) -> None:
    wire = run_virtually(
        ask_for(
            Limits(600, burst_seconds=burst), SECONDS, processes=4, latency=latency, concurrency=32
        )
    )

    shares = [
        sum(process == number and moment >= WARM for moment, process in wire.taken)
        for number in range(4)
    ]
    assert jain(shares) >= 0.95
    assert wire.rate(WARM, SECONDS) >= 0.95 * 600
    assert wire.share_refused(WARM, SECONDS) <= 0.02


@pytest.mark.parametrize("starts", [(), (0.0, 3.0, 6.0, 9.0)])
def test_processes_that_are_told_nothing_come_to_the_same(starts: tuple[float, ...]) -> None:
    limits = Limits(3000, told=False)

    wire = run_virtually(
        ask_for(limits, 60.0, processes=4, latency=0.2, concurrency=32, starts=starts, seed=1)
    )

    shares = [
        sum(process == number and 20.0 <= moment < 60.0 for moment, process in wire.taken)
        for number in range(4)
    ]
    assert jain(shares) >= 0.9
    assert wire.rate(WARM, 60.0) >= 0.97 * 3000
    assert wire.share_refused(0, 60.0) <= 0.05


@pytest.mark.parametrize(
    ("bounds", "most"),
    [
        (Bounds(64, requests_per_minute=300), 300),
        (Bounds(64, tokens_per_minute=200 * TOKENS), 200),
    ],
)
def test_what_the_user_allows_is_never_passed(bounds: Bounds, most: int) -> None:
    wire = run_virtually(ask_for(Limits(3000), SECONDS, bounds=bounds))

    assert 0.95 * most <= wire.rate(WARM, SECONDS) <= most
    assert not wire.refused
