"""Named streams: the name alone decides the draws."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng

seeds = st.integers(0, 2**63)
names = st.text(max_size=10)


@given(seeds, names, st.integers(0, 1000), names)
def test_the_same_name_gives_the_same_draws(
    seed: int, purpose: str, round: int, client: str
) -> None:
    first = rng(seed, purpose, round=round, client=client).random(5)
    second = rng(seed, purpose, round=round, client=client).random(5)

    assert first.tobytes() == second.tobytes()


def test_every_part_of_the_name_gives_other_draws() -> None:
    names = itertools.product((0, 1), ("split", "block"), (0, 1), ("", "anna", "bert"))

    draws = {
        rng(seed, purpose, round=round, client=client).random(4).tobytes()
        for seed, purpose, round, client in names
    }

    assert len(draws) == 24


def test_streams_side_by_side_do_not_disturb_each_other() -> None:
    alone = rng(1, "a").random(6)
    first, second = rng(1, "a"), rng(1, "b")

    taken = []
    for _ in range(6):
        taken.append(first.random())
        second.random()

    assert taken == alone.tolist()


def test_streams_of_different_owners_are_uncorrelated() -> None:
    draws = np.stack([rng(3, "block", client=f"owner-{i}").random(4000) for i in range(6)])

    correlations = np.corrcoef(draws) - np.eye(6)

    assert float(np.abs(correlations).max()) < 0.06  # 4 standard errors of 1 / sqrt(4000)


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        rng(-1, "split")


def test_the_draws_are_the_same_on_every_machine_and_in_every_version() -> None:
    stream = rng(7, "golden", round=2, client="anna")

    assert stream.integers(0, 1000, size=5).tolist() == [658, 32, 743, 714, 153]
