"""The size of soft tokens for a model whose embeddings nobody described: a rule over sums, pure.

Random soft prompts of every size of a grid are asked about a few training examples. Too small ones
change nothing; beyond some size the answers no longer depend on the example. The largest size
before that is taken: a search needs room, and BBT's projection is as large as real embeddings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import Floats, Points

GRID = tuple(10.0 ** (half / 2) for half in range(-6, 3))
"""Standard deviations of the numbers, from 0.001 to 10 by half powers of ten."""

DIRECTIONS = 2
"""Random soft prompts of each size; all sizes share them."""

EXAMPLES = 12
"""Training examples of all owners together, or a few more."""

ROWS = 1 + len(GRID) * DIRECTIONS
"""Prompts that each example is asked with: the text prompt, then every size in every direction."""

LEAST_CHANGE = 0.01
"""Mean total variation between label distributions; less is no change."""

LEAST_KEPT = 0.5
"""Share of the differences between examples that a soft prompt must leave."""

FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Tried:
    """What random soft prompts of one size did.

    Attributes:
        std: standard deviation of the numbers.
        change: mean total variation to the label distribution under the text prompt, in [0, 1].
        kept: slope of the examples' centred label scores on those under the text prompt: 1 where
            nothing changed, 0 where answers no longer depend on the example, or in another way.
    """

    std: float
    change: float
    kept: float


@dataclass(frozen=True, slots=True)
class EmbeddingScale:
    """The size that was chosen.

    Attributes:
        std: it.
        requests: that the search for it asked.
        examples: that it was asked about.
        tried: every size of the grid.
    """

    std: float
    requests: int
    examples: int
    tried: tuple[Tried, ...]


def scale_points(dimensions: int, rng: np.random.Generator) -> Points:
    """Return the points to ask, shape (ROWS, dimensions), of a space with numbers of size 1."""
    directions = rng.standard_normal((DIRECTIONS, dimensions))
    rows = [np.zeros(dimensions)]
    rows += [size * direction for size in GRID for direction in directions]
    return np.stack(rows)


def response(scores: Floats) -> dict[str, Floats]:
    """Return the sums over one owner's examples that the rule needs; they add up over owners.

    Args:
        scores: log-probabilities of labels, shape (examples, ROWS, labels), each up to a constant
            of its own.
    """
    centred: Floats = scores - scores.mean(axis=2, keepdims=True)
    exponentials = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares: Floats = exponentials / exponentials.sum(axis=2, keepdims=True)
    change: Floats = np.abs(shares - shares[:, :1]).sum(axis=2) / 2
    return {
        "count": np.array([float(len(scores))]),
        "change_sum": change.sum(axis=0),
        "score_sum": centred.sum(axis=0),
        "product_sum": (centred * centred[:, :1]).sum(axis=(0, 2)),
    }


def merged(responses: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Return the sums over all owners, whatever their order."""
    return {
        name: np.sum(np.sort(np.stack([one[name] for one in responses]), axis=0), axis=0)
        for name in responses[0]
    }


def all_tried(sums: Mapping[str, Floats]) -> tuple[Tried, ...]:
    """Return what each size of the grid did.

    Raises:
        ValueError: too few examples, or the text prompt answers all of them alike.
    """
    count = float(sums["count"][0])
    if count < 2:
        raise ValueError(f"{count:g} examples have usable label scores; 2 are the least")
    means = sums["score_sum"] / count
    covariances: Floats = sums["product_sum"] / count - (means * means[:1]).sum(axis=1)
    if covariances[0] <= FLAT:
        raise ValueError("the starting prompt answers all examples alike")
    change = (sums["change_sum"] / count)[1:].reshape(len(GRID), DIRECTIONS).mean(axis=1)
    kept = (covariances / covariances[0])[1:].reshape(len(GRID), DIRECTIONS).mean(axis=1)
    return tuple(map(Tried, GRID, change.tolist(), kept.tolist()))


def chosen(tried: Sequence[Tried]) -> float:
    """Return the size to use.

    Sizes are read from the smallest up, as long as ``kept`` is at least ``LEAST_KEPT``; of those
    the largest is taken if its ``change`` is at least ``LEAST_CHANGE``. Where none of them changes
    so much, the smallest size that does is taken although answers suffer.

    Raises:
        ValueError: no size changes the answers.
    """
    alive = []
    for one in tried:
        if one.kept < LEAST_KEPT:
            break
        alive.append(one)
    if alive and alive[-1].change >= LEAST_CHANGE:
        return alive[-1].std
    changing = [one for one in tried if one.change >= LEAST_CHANGE]
    if not changing:
        raise ValueError(
            f"soft tokens of any size up to {GRID[-1]:g} leave the answers as they are"
        )
    return min(changing, key=lambda one: one.std).std
