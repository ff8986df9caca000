"""The spread of prompts and its verdict: laws, and rates of error on made scores."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fedbbpt.diagnosis.headroom import (
    NOT_WORTH,
    OPEN,
    WORTH,
    PairSums,
    judge,
    pair_sums,
    spread_of,
)
from fedbbpt.distributions import Floats

SCORES = arrays(np.float64, (3, 7), elements=st.sampled_from([0.0, 1.0]))


def made_scores(items: int, deviation: float, rng: np.random.Generator) -> Floats:
    """Return scores of 8 prompts: items are easy or hard, prompts are shifted by a deviation."""
    level = rng.normal(size=items) * 2 + rng.normal(size=(8, 1)) * deviation
    return (level + rng.normal(size=(8, items)) * 0.7 > -0.8).astype(np.float64)


@given(SCORES, SCORES)
def test_the_sums_of_two_sets_of_items_are_the_sums_of_their_sums(
    first: Floats, second: Floats
) -> None:
    apart = pair_sums(first) + pair_sums(second)

    together = pair_sums(np.concatenate([first, second], axis=1))

    assert apart.items == together.items
    assert np.allclose(apart.differences, together.differences)
    assert np.allclose(apart.squares, together.squares)


@given(SCORES)
def test_the_estimate_lies_in_its_interval_and_needs_no_order_of_prompts(scores: Floats) -> None:
    spread = spread_of(pair_sums(scores))

    turned = spread_of(pair_sums(scores[::-1]))

    assert 0 <= spread.low <= spread.estimate
    assert spread.high == 0.5 or spread.high > spread.estimate
    assert turned.estimate == pytest.approx(spread.estimate)
    assert turned.high == pytest.approx(spread.high)


def test_the_sums_give_the_mean_squares_of_the_two_way_table() -> None:
    scores = made_scores(200, 0.5, np.random.default_rng(5))
    means = scores.mean(axis=1)
    rest = scores - means[:, None] - scores.mean(axis=0) + scores.mean()

    spread = spread_of(pair_sums(scores))

    error = float((rest**2).sum()) / (7 * 199)
    assert spread.error == pytest.approx(error)
    assert spread.estimate**2 == pytest.approx(float(means.var(ddof=1)) - error / 200)
    assert spread.lead == pytest.approx(float(means.max() - means[0]))


def test_prompts_that_are_alike_are_seldom_called_worth_tuning() -> None:
    rng = np.random.default_rng(11)

    few, many = (
        Counter(judge(spread_of(pair_sums(made_scores(n, 0.0, rng)))).verdict for _ in range(200))
        for n in (64, 640)
    )

    assert few[WORTH] <= 0.08 * 200
    assert many[WORTH] <= 0.08 * 200
    assert few[OPEN] > few[NOT_WORTH]
    assert many[NOT_WORTH] >= 0.6 * 200


def test_prompts_that_differ_are_found_and_never_waved_away() -> None:
    rng = np.random.default_rng(12)

    said = Counter(
        judge(spread_of(pair_sums(made_scores(64, 0.8, rng)))).verdict for _ in range(200)
    )

    assert said[WORTH] >= 0.9 * 200
    assert said[NOT_WORTH] == 0


def test_scores_that_never_differ_decide_nothing_on_few_items() -> None:
    few, many = (judge(spread_of(pair_sums(np.ones((8, items))))) for items in (16, 96))

    assert few.verdict == OPEN
    assert few.calls > 8 * 16
    assert many.verdict == NOT_WORTH
    assert many.calls == 0


@pytest.mark.parametrize(("prompts", "items"), [(1, 9), (8, 1), (8, 0)])
def test_one_prompt_or_one_item_has_no_spread(prompts: int, items: int) -> None:
    sums = PairSums(items, np.zeros((prompts, prompts)), np.zeros((prompts, prompts)))

    with pytest.raises(ValueError, match="at least 2 of each"):
        spread_of(sums)
