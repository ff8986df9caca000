import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.comparison import (
    Interval,
    PairedSums,
    binomial_tail,
    mean_interval,
    paired_test,
    student_tail,
    wilson,
)
from fedbbpt.randomness import rng

differences = st.lists(st.floats(-1, 1), max_size=40)
signs = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=60)


def sums_of(values: list[float]) -> PairedSums:
    return PairedSums(float(len(values)), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775327998628892),
        (10, 10, 0.7224672001371107, 1.0),
        (50, 100, 0.4038315303659956, 0.5961684696340044),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval_has_its_known_values(
    successes: float, n: float, low: float, high: float
) -> None:
    assert wilson(successes, n) == pytest.approx(Interval(low, high), abs=1e-9)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.5, 0.999))
def test_wilsons_interval_holds_the_rate_and_mirrors(wins: int, losses: int, level: float) -> None:
    n = wins + losses
    low, high = wilson(wins, n, level)
    mirrored = wilson(losses, n, level)

    assert 0.0 <= low <= high <= 1.0
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)
    if n:
        assert low - 1e-12 <= wins / n <= high + 1e-12


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (math.nan, 5), (0, -1)])
def test_wilson_refuses_rates_that_are_none(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(successes, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, level)
    with pytest.raises(ValueError, match="level"):
        mean_interval(1.0, 1.0, 2.0, level)
    with pytest.raises(ValueError, match="level"):
        paired_test(PairedSums(), binary=True, level=level)


def test_the_interval_of_a_mean_is_the_normal_one() -> None:
    scores = [0.2, 0.4, 0.5, 0.9]
    half = 1.959963984540054 * np.std(scores, ddof=1) / 2

    interval = mean_interval(sum(scores), sum(s * s for s in scores), 4)

    assert interval == pytest.approx((0.5 - half, 0.5 + half))


@pytest.mark.parametrize("n", [0.0, 1.0])
def test_hardly_any_scores_say_nothing(n: float) -> None:
    assert mean_interval(n, n, n) == (0.0, 1.0)


@given(differences, differences)
def test_sums_of_two_sets_together_are_the_sum_of_their_sums(
    first: list[float], second: list[float]
) -> None:
    together, added = sums_of(first + second), sums_of(first) + sums_of(second)

    assert added.n == together.n
    assert added.difference_sum == pytest.approx(together.difference_sum, abs=1e-9)
    assert added.difference_square_sum == pytest.approx(together.difference_square_sum, abs=1e-9)


@pytest.mark.parametrize(
    "sums", [(-1, 0, 0), (4, 0, 5), (4, 0, -1), (4, 3, 1), (4, math.nan, 1), (0, 1, 0)]
)
def test_sums_that_no_differences_have_are_refused(sums: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="sum"):
        PairedSums(*sums)


@given(differences)
def test_a_p_value_is_a_probability(values: list[float]) -> None:
    test = paired_test(sums_of(values), binary=False)

    assert 0.0 <= test.p_value <= 1.0
    assert -1.0 <= test.interval.low <= test.interval.high <= 1.0
    assert test.interval.low - 1e-9 <= test.mean <= test.interval.high + 1e-9


@given(signs)
def test_mcnemar_is_the_exact_binomial_tail(values: list[float]) -> None:
    wins, losses = values.count(1.0), values.count(-1.0)
    ways = sum(math.comb(wins + losses, k) for k in range(wins, wins + losses + 1))

    test = paired_test(sums_of(values), binary=True)

    assert test.p_value == pytest.approx(ways / 2 ** (wins + losses), rel=1e-10)


@given(signs)
def test_a_win_turned_round_is_a_loss(values: list[float]) -> None:
    m = sum(value != 0 for value in values)
    wins = values.count(1.0)
    forth = paired_test(sums_of(values), binary=True)
    back = paired_test(sums_of([-value for value in values]), binary=True)

    shared = math.comb(m, wins) / 2**m
    assert forth.p_value + back.p_value == pytest.approx(1.0 + shared, abs=1e-10)
    assert forth.mean == pytest.approx(-back.mean)
    assert forth.interval.low == pytest.approx(-back.interval.high)


def test_differences_that_are_no_wins_and_losses_are_not_binary() -> None:
    with pytest.raises(ValueError, match="not whole"):
        paired_test(PairedSums(4.0, 0.5, 0.25), binary=True)


def test_the_t_test_is_that_of_the_paired_differences() -> None:
    values = [0.1, 0.2, 0.3, 0.0, 0.4]
    t = float(np.mean(values) / (np.std(values, ddof=1) / math.sqrt(5)))

    test = paired_test(sums_of(values), binary=False)

    assert t == pytest.approx(2.8284271247461903)
    assert test.p_value == pytest.approx(0.02371, abs=1e-5)
    assert test.mean == pytest.approx(0.2)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=40))
def test_turned_round_the_t_test_gives_the_other_tail(values: list[float]) -> None:
    spread = float(np.var(values))
    forth = paired_test(sums_of(values), binary=False).p_value
    back = paired_test(sums_of([-value for value in values]), binary=False).p_value

    if spread > 1e-6:
        assert forth + back == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("value", "p_value"), [(0.5, 0.125), (0.0, 1.0), (-0.5, 1.0)])
def test_equal_differences_are_judged_by_their_sign(value: float, p_value: float) -> None:
    assert paired_test(sums_of([value] * 3), binary=False).p_value == p_value


@pytest.mark.parametrize("binary", [True, False])
def test_nothing_compared_shows_nothing(binary: bool) -> None:
    test = paired_test(PairedSums(), binary)

    assert (test.p_value, test.mean, test.interval) == (1.0, 0.0, (-1.0, 1.0))


@pytest.mark.parametrize("t", [-30.0, -1.3, 0.0, 0.01, 0.7, 2.5, 40.0])
def test_students_tail_has_its_closed_forms(t: float) -> None:
    u = t / math.sqrt(1 + t * t / 4)
    one = 0.5 - math.atan(t) / math.pi
    two = 0.5 - t / (2 * math.sqrt(2 + t * t))
    four = 0.5 - 3 / 8 * u * (1 - u * u / 12)

    tails = [student_tail(t, freedom) for freedom in (1, 2, 4)]

    assert tails == pytest.approx([one, two, four], abs=1e-12)


@pytest.mark.parametrize(
    ("freedom", "critical", "tail"),
    [
        (5, 2.015048372669157, 0.05),
        (10, 2.2281388519649385, 0.025),
        (10, 1.8124611228107335, 0.05),
        (30, 2.0422724563012373, 0.025),
        (30, 1.6972608943617378, 0.05),
        (120, 1.9799304050824413, 0.025),
    ],
)
def test_students_tail_has_its_table_values(freedom: int, critical: float, tail: float) -> None:
    assert student_tail(critical, freedom) == pytest.approx(tail, abs=1e-9)


def test_with_many_items_students_tail_is_the_normal_one() -> None:
    assert student_tail(1.5, 1e7) == pytest.approx(1 - NormalDist().cdf(1.5), abs=1e-6)


@pytest.mark.parametrize(
    ("successes", "trials", "tail"), [(0, 0, 1.0), (0, 5, 1.0), (6, 5, 0.0), (5, 5, 1 / 32)]
)
def test_the_binomial_tail_has_its_ends(successes: int, trials: int, tail: float) -> None:
    assert binomial_tail(successes, trials) == pytest.approx(tail, abs=1e-15)


def test_the_binomial_tail_is_exact_for_many_trials() -> None:
    ways = sum(math.comb(2000, k) for k in range(1050, 2001))

    assert binomial_tail(1050, 2000) == pytest.approx(ways / 2**2000, rel=1e-9)


def test_without_a_difference_small_p_values_are_rare() -> None:
    draws = rng(0, "test")
    trials = [sums_of([float(x) for x in row]) for row in draws.uniform(-1, 1, size=(400, 20))]

    share = np.mean([paired_test(sums, binary=False).p_value < 0.05 for sums in trials])

    assert 0.02 <= share <= 0.09
