"""Soft tokens through a random projection: laws of BBT's equations."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Floats, sample
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.spaces.soft import BLOCK, Soft

START = Prompt((Message("user", f"Rate: {INPUT}"),), ("bad", "good"))
WIDTH, STD = 16, 0.13
SPACE = Soft(START, WIDTH, STD, tokens=3, dimensions=5)


def numbers(space: Soft, point: Floats) -> Floats:
    """Return the soft tokens at a point, shape (tokens, width)."""
    soft = space.decode(point).soft
    assert soft is not None
    return soft.rows.astype(np.float64)


points = st.lists(st.floats(-3, 3), min_size=5, max_size=5).map(np.array)


@given(points, points)
def test_the_soft_tokens_are_linear_in_the_point(first: Floats, second: Floats) -> None:
    if not first.any() or not second.any() or not (first + second).any():
        return

    added = numbers(SPACE, first) + numbers(SPACE, second)

    assert np.allclose(numbers(SPACE, first + second), added, atol=1e-6)


def test_points_of_unit_size_make_numbers_of_the_size_of_embeddings() -> None:
    space = Soft(START, 64, STD, tokens=10, dimensions=100)

    rows = [numbers(space, rng(i, "point").standard_normal(100)) for i in range(20)]

    assert np.std(rows) == pytest.approx(STD, rel=0.05)
    assert abs(np.mean(rows)) < 0.05 * STD


def test_sigma_and_alpha_scale_the_start_of_a_search_and_the_numbers() -> None:
    wide = dataclasses.replace(SPACE, sigma=0.7)
    large = dataclasses.replace(SPACE, alpha=3.0)
    point = np.arange(1.0, 6.0)

    drawn = sample(wide.initial(), 4000, rng(1, "draw"))

    assert drawn.std() == pytest.approx(0.7, rel=0.05)
    assert np.allclose(numbers(large, point), 3 * numbers(SPACE, point), rtol=1e-6)


def test_the_projection_comes_from_the_seed_block_by_block() -> None:
    short, long = (Soft(START, 1, 1.0, tokens=count, dimensions=2) for count in (BLOCK, BLOCK + 7))
    point = np.array([1.0, -2.0])

    first, second = numbers(short, point), numbers(long, point)

    assert np.array_equal(second[:BLOCK], first)
    assert not np.array_equal(second[BLOCK:], first[:7])


def test_the_bits_of_one_point_are_those_of_every_other_machine() -> None:
    soft = SPACE.decode(np.array([0.5, -1.0, 2.0, 0.25, -0.125])).soft

    assert soft is not None
    assert soft.digest.startswith("25cd9850cc037b32")


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_they_stand_where_the_place_says(place: str) -> None:
    space = dataclasses.replace(SPACE, place=place)

    placed = space.decode(np.ones(5)).placed("so so")

    assert placed is not None
    assert placed.at == {"before": 0, "between": len("Rate: "), "after": len("Rate: so so")}[place]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokens": 0}, "tokens: 0 is too few"),
        ({"dimensions": 1}, "dimensions: 1 is too few"),
        ({"seed": -1}, "seed: -1"),
        ({"embedding_std": 0.0}, "embedding_std: 0.0 is no scale"),
        ({"alpha": float("nan")}, "alpha: nan"),
        ({"sigma": float("inf")}, "sigma: inf"),
        ({"place": "beside"}, "place: 'beside' is unknown"),
        ({"dimensions": 10**8}, "is too large"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said.split(":", maxsplit=1)[0]) as caught:
        dataclasses.replace(SPACE, **change)  # type: ignore[arg-type]

    assert said in str(caught.value)


def test_a_point_too_large_for_the_numbers_of_a_tensor_is_refused() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        SPACE.decode(np.full(5, 1e300))


@pytest.mark.parametrize(
    "change", [{"alpha": 2.0}, {"tokens": 4}, {"place": "after"}, {"seed": 9}, {"sigma": 0.3}]
)
def test_every_setting_is_part_of_the_fingerprint(change: dict[str, object]) -> None:
    other = dataclasses.replace(SPACE, **change)  # type: ignore[arg-type]

    assert other.fingerprint != SPACE.fingerprint
