import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metered_wire import ask_for
from mock_meter import Limits
from virtual_time import run_virtually

from fedbbpt.endpoints.pacing.chance_refusals import FIRST_TRIAL, ODDS, ChanceRefusals
from fedbbpt.endpoints.pacing.stretches import Stretch, explained
from fedbbpt.randomness import rng

RATES = (64.0, 48.0, 36.0, 27.0, 20.0, 15.0, 11.0, 8.0)
ATTEMPTS = 60
NO_LIMIT = Limits(6e6, told=False)


def stretches(chance: float, grant: float, seed: int) -> list[Stretch]:
    """Return what attempts meet where so many are refused by chance and beyond a grant."""
    draws = rng(seed, "refusals")
    shares = [chance + (1 - chance) * max(0.0, 1 - grant / rate) for rate in RATES]
    return [
        Stretch(rate, float(at), ATTEMPTS, int(draws.binomial(ATTEMPTS, share)))
        for at, (rate, share) in enumerate(zip(RATES, shares, strict=True))
    ]


@settings(max_examples=40)
@given(chance=st.floats(0.25, 0.7), seed=st.integers(0, 1000))
def test_refusals_at_random_are_explained_by_chance(chance: float, seed: int) -> None:
    found = explained(stretches(chance, 1e9, seed))

    assert found.odds > ODDS
    assert found.share == pytest.approx(chance, abs=0.15)


@settings(max_examples=40)
@given(grant=st.floats(4.0, 100.0), seed=st.integers(0, 1000))
def test_refusals_for_the_rate_are_explained_by_a_grant(grant: float, seed: int) -> None:
    found = explained(stretches(0.02, grant, seed))

    assert found.odds < ODDS


@settings(max_examples=30)
@given(grant=st.floats(16.0, 40.0), seed=st.integers(0, 1000))
def test_a_grant_is_found_beside_chance(grant: float, seed: int) -> None:
    found = explained(stretches(0.35, grant, seed))

    assert found.odds > ODDS
    assert found.grant == pytest.approx(grant, rel=0.6)


def fallen(chance: ChanceRefusals, every: int) -> float:
    """Let a pace fall eightfold while every so-manieth attempt is refused; return the moment."""
    now, count, rate = 0.0, 0, 64.0
    chance.paced(rate, now)
    while not chance.share and now < 200.0:
        now += 1 / rate
        count += 1
        chance.began(rate, now)
        if count % every == 0 and chance.refused(now):
            judged = chance.judged(now, max(0.8 * rate, 8.0))
            rate = judged if not chance.share else rate
            chance.paced(rate, now)
    return now


def test_what_is_expected_by_chance_is_no_reason_to_slow_down() -> None:
    chance = ChanceRefusals()
    now = fallen(chance, every=3)
    assert chance.share == pytest.approx(1 / 3, abs=0.1)

    reasons = 0
    for number in range(1, 301):
        chance.began(8.0, now + number / 8)
        reasons += number % 3 == 0 and chance.refused(now + number / 8)

    assert reasons == 0


def test_a_share_that_has_gone_is_taken_back() -> None:
    chance = ChanceRefusals()
    now = fallen(chance, every=3)

    for number in range(1, 201):
        chance.began(8.0, now + number / 8)

    assert chance.share == 0
    assert chance.refused(now + 26.0)


def test_a_share_is_tried_again_at_a_slower_pace() -> None:
    chance = ChanceRefusals()
    now = fallen(chance, every=3)
    trying = []

    for number in range(1, FIRST_TRIAL + 40):
        now += 0.1
        chance.began(8.0, now)
        trying.append(chance.trying)
        if number % 3 == 0 and not chance.trying:
            chance.refused(now)

    assert 24 <= trying.count(True) <= 25
    assert chance.share == 0  # nothing was refused while it was tried


def test_refusals_at_random_hold_a_pace_up_for_a_minute_at_most() -> None:
    wire = run_virtually(ask_for(NO_LIMIT, 120.0, latency=0.2, concurrency=16, chance=0.3, seed=1))

    assert wire.rate(60.0, 120.0) >= 600
    assert wire.share_refused(60.0, 120.0) == pytest.approx(0.3, abs=0.05)


def test_a_grant_is_kept_to_beside_refusals_at_random() -> None:
    limits = Limits(600, told=False)

    wire = run_virtually(ask_for(limits, 240.0, latency=0.2, concurrency=32, chance=0.3, seed=1))

    assert wire.rate(120.0, 240.0) >= 0.4 * 600
    assert wire.share_refused(120.0, 240.0) <= 0.45
