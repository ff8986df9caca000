"""Chance in a comparison: bootstrap over examples and seeds, and Holm's correction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.experiment.compare.resampling import draws, gain_of, holm, interval_of, p_value
from fedbbpt.randomness import rng

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(SHARES)
def test_holm_keeps_order_and_never_lowers_a_p_value(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert list(np.array(adjusted)[order]) == sorted(adjusted)
    assert adjusted[int(order[0])] == min(1.0, len(p_values) * min(p_values))


def test_swapped_rows_give_the_negative_gain() -> None:
    stream = np.random.default_rng(0)
    first, second = (stream.integers(0, 2, (3, 40)).astype(float) for _ in range(2))
    chance = draws(40, 3, rng(1, "test"))

    there, back = gain_of(first, second, chance), gain_of(second, first, chance)

    assert there.gain == pytest.approx(-back.gain)
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert there.interval.low <= there.gain <= there.interval.high


def test_rows_that_agree_everywhere_differ_by_nothing_and_prove_nothing() -> None:
    row = np.array([[1.0, 0.0, 1.0, 1.0]])
    chance = draws(4, 2, rng(1, "test"))

    found = gain_of(row, np.repeat(row, 2, axis=0), chance)

    assert (found.gain, *found.interval, found.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_seeds_that_disagree_widen_the_interval() -> None:
    stream = np.random.default_rng(5)
    one = stream.integers(0, 2, 200).astype(float)
    alike = np.stack([one] * 4)
    unlike = np.stack([np.ones(200), np.zeros(200), one, 1 - one])
    chance = draws(200, 4, rng(1, "test"))

    narrow, wide = interval_of(alike, chance), interval_of(unlike, chance)

    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    stream = np.random.default_rng(11)
    covered = 0

    for turn in range(120):
        row = (stream.random((1, 100)) < 0.7).astype(float)
        low, high = interval_of(row, draws(100, 1, rng(turn, "test"), 500))
        covered += low <= 0.7 <= high

    assert 0.88 <= covered / 120 <= 0.99


def test_without_a_difference_small_p_values_are_rare() -> None:
    stream = np.random.default_rng(12)
    values = []

    for turn in range(200):
        differences = stream.integers(-1, 2, 120).astype(float)
        values.append(p_value(differences, draws(120, 1, rng(turn, "test"), 400)))

    assert 0.01 <= np.mean(np.array(values) < 0.05) <= 0.10


def test_fewer_than_two_items_say_nothing() -> None:
    chance = draws(1, 1, rng(1, "test"))

    assert tuple(interval_of(np.ones((1, 1)), chance)) == (-1.0, 1.0)
    with pytest.raises(ValueError, match="at least 1"):
        draws(0, 1, rng(1, "test"))
