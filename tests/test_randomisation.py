"""Chance by counts agrees with chance by items, and says neither too much nor too little."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.comparison import wilson
from fedbbpt.distributions import Floats
from fedbbpt.metrics.balanced_accuracy import BalancedAccuracy
from fedbbpt.metrics.macro_f1 import MacroF1
from fedbbpt.randomisation import (
    Figure,
    difference,
    difference_interval,
    figure_interval,
    margins,
    randomisation_p,
    table_test,
)

LABELS = 3
F1 = MacroF1().of
Item = tuple[int, int, int]
items = st.lists(
    st.tuples(st.integers(0, LABELS - 1), st.integers(0, LABELS), st.integers(0, LABELS)),
    min_size=2,
    max_size=30,
)


def joint_of(answered: list[Item]) -> Floats:
    """Return the joint table of items, each a target and the answers of both prompts."""
    joint = np.zeros((LABELS, LABELS + 1, LABELS + 1))
    for item in answered:
        joint[item] += 1
    return joint


def noisy(rng: np.random.Generator, n: int, first: float, second: float) -> Floats:
    """Return n items of unequal labels that two prompts answer right with some chance each."""
    targets = rng.choice(LABELS, size=n, p=[0.6, 0.3, 0.1])
    said = [
        np.where(rng.random(n) < right, targets, rng.integers(0, LABELS + 1, n))
        for right in (first, second)
    ]
    return joint_of([(int(t), int(a), int(b)) for t, a, b in zip(targets, *said, strict=True)])


def exact_p(answered: list[Item]) -> float:
    """Return the share of all ways to swap items' answers that gain at least as much."""
    gain = difference(joint_of(answered), F1)
    ways = list(itertools.product([False, True], repeat=len(answered)))
    reached = [
        difference(joint_of([(t, b, a) if turn else (t, a, b) for (t, a, b), turn in paired]), F1)
        >= gain - 1e-12
        for paired in (list(zip(answered, way, strict=True)) for way in ways)
    ]
    return float(np.mean(reached))


@pytest.mark.parametrize("seed", range(4))
def test_the_p_value_is_that_of_all_ways_to_swap_single_items(seed: int) -> None:
    rng = np.random.default_rng(seed)
    answered = [
        (int(t), int(a), int(b))
        for t, a, b in zip(
            rng.integers(0, LABELS, 9), *rng.integers(0, LABELS + 1, (2, 9)), strict=True
        )
    ]

    p_value = randomisation_p(joint_of(answered), F1, np.random.default_rng(1))

    # four standard errors of 10,000 draws
    assert p_value == pytest.approx(exact_p(answered), abs=0.02)


def test_of_two_prompts_that_are_alike_p_is_uniform() -> None:
    rng = np.random.default_rng(5)
    draws = 400

    found = np.array(
        [randomisation_p(noisy(rng, 150, 0.6, 0.6), F1, rng, swaps=199) for _ in range(draws)]
    )

    # shares of a uniform p at these levels, within three standard errors of 400 draws
    for level in (0.05, 0.25, 0.5, 0.75):
        error = (level * (1 - level) / draws) ** 0.5
        assert float((found <= level).mean()) == pytest.approx(level, abs=3 * error)


def test_a_planted_gain_is_found() -> None:
    rng = np.random.default_rng(6)

    tests = [table_test(noisy(rng, 300, 0.45, 0.7), F1, seed) for seed in range(5)]

    assert max(test.p_value for test in tests) < 0.001
    assert min(test.interval.low for test in tests) > 0.0


def test_a_prompt_that_is_worse_is_never_significantly_better() -> None:
    test = table_test(noisy(np.random.default_rng(7), 300, 0.7, 0.45), F1, 1)

    assert test.p_value > 0.99
    assert test.interval.high < 0.0


@settings(max_examples=12)
@given(items, st.integers(0, 1000))
def test_the_same_counts_and_seed_give_the_same_test_to_the_last_bit(
    answered: list[Item], seed: int
) -> None:
    joint = joint_of(answered)

    assert table_test(joint, F1, seed) == table_test(joint_of(answered[::-1]), F1, seed)


@given(items)
def test_a_p_value_is_above_0_and_an_interval_holds_its_figure(answered: list[Item]) -> None:
    joint = joint_of(answered)

    test = table_test(joint, F1, 3)
    alone = figure_interval(margins(joint).first, F1, np.random.default_rng(3))

    assert 0.0 < test.p_value <= 1.0
    assert -1.0 <= test.interval.low <= test.mean <= test.interval.high <= 1.0
    assert 0.0 <= alone.low <= float(F1(margins(joint).first)) <= alone.high <= 1.0


@given(items)
def test_turning_the_prompts_round_turns_the_gain(answered: list[Item]) -> None:
    joint = joint_of(answered)

    there, back = (table_test(table, F1, 2) for table in (joint, joint.swapaxes(1, 2)))

    assert back.mean == -there.mean
    # both count the draws that are as extreme; ties count on both sides
    assert there.p_value + back.p_value >= 1.0 - 0.03


@given(items)
def test_equal_answers_are_no_evidence(answered: list[Item]) -> None:
    alike = joint_of([(target, said, said) for target, said, _ in answered])

    test = table_test(alike, F1, 4)

    assert (test.p_value, test.mean, test.interval) == (1.0, 0.0, (0.0, 0.0))


def test_intervals_hold_the_true_figures_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    whole = noisy(rng, 60_000, 0.5, 0.65)
    true_figure, true_gain = float(F1(margins(whole).second)), difference(whole, F1)
    held = []

    for _ in range(120):
        joint = noisy(rng, 150, 0.5, 0.65)
        figure = figure_interval(margins(joint).second, F1, rng)
        gain = difference_interval(joint, F1, rng)
        held.append((figure.low <= true_figure <= figure.high, gain.low <= true_gain <= gain.high))

    assert np.mean(held, axis=0).min() >= 0.9


@pytest.mark.parametrize("figure", [F1, BalancedAccuracy().of])
def test_all_right_is_not_taken_for_certainty(figure: Figure) -> None:
    right = np.hstack([np.diag([12.0, 5.0, 3.0]), np.zeros((3, 1))])

    interval = figure_interval(right, figure, np.random.default_rng(1))

    assert interval.low == wilson(20, 20).low < 0.9
    assert interval.high == 1.0


def test_one_item_says_nothing() -> None:
    joint = joint_of([(0, 1, 0)])

    assert table_test(joint, F1, 1).interval == (-1.0, 1.0)
    assert figure_interval(margins(joint).first, F1, np.random.default_rng(1)) == (0.0, 1.0)


def test_the_tables_of_owners_add_up() -> None:
    rng = np.random.default_rng(9)
    one, other = noisy(rng, 40, 0.5, 0.6), noisy(rng, 60, 0.6, 0.8)

    together = margins(one + other)

    apart = [margins(one), margins(other)]
    assert together.first.tolist() == (apart[0].first + apart[1].first).tolist()
    assert together.second.tolist() == (apart[0].second + apart[1].second).tolist()
