"""What chance says about rows of scores: bootstrap over examples and seeds, and Holm's correction.

The bootstrap is Efron 1979, of pairs as in Koehn 2004; the correction is Holm 1979. A row is an
array of shape (seeds, items): one score an item and seed, a single seed for what has none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.comparison import Interval
from fedbbpt.distributions import Floats

RESAMPLES = 4000
LEVEL = 0.95
TIE = 1e-12
"""Two means this close are the same mean, summed in another order."""


class Draws(NamedTuple):
    """Resampled items and seeds, common to all rows, so that what is compared stays paired.

    Attributes:
        items: share of each item in each resample, shape (resamples, items); rows sum to 1.
        seeds: share of each seed in each resample, shape (resamples, seeds); rows sum to 1.
    """

    items: Floats
    seeds: Floats


class Gain(NamedTuple):
    """How far one row lies above another.

    Attributes:
        gain: mean difference, in [-1, 1].
        interval: of it, over examples and seeds.
        p_value: one-sided, over examples, of the means over seeds.
    """

    gain: float
    interval: Interval
    p_value: float


def draws(items: int, seeds: int, rng: np.random.Generator, resamples: int = RESAMPLES) -> Draws:
    """Draw items and seeds anew, with putting back.

    Raises:
        ValueError: no item or no seed.
    """
    if items < 1 or seeds < 1:
        raise ValueError(f"draws: {items} items and {seeds} seeds; each needs at least 1")
    drawn: Floats = rng.multinomial(items, np.full(items, 1 / items), size=resamples) / items
    chosen: Floats = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples) / seeds
    return Draws(drawn, chosen)


def mean_of(row: Floats) -> float:
    """Return the mean over items of the means over seeds."""
    return float(row.mean(axis=0).mean())


def interval_of(row: Floats, chance: Draws) -> Interval:
    """Return the interval of a row's mean, over examples and seeds.

    Fewer than 2 items say nothing: [-1, 1].
    """
    if row.shape[1] < 2:
        return Interval(-1.0, 1.0)
    by_seed = chance.items @ row.T
    shares = chance.seeds if len(row) > 1 else np.ones((len(by_seed), 1))
    means: Floats = (by_seed * shares).sum(axis=1)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    centre = mean_of(row)
    return Interval(min(float(low), centre), max(float(high), centre))


def gain_of(first: Floats, second: Floats, chance: Draws) -> Gain:
    """Return how far the second row lies above the first, item by item.

    Law: swapped rows give the negative gain. Rows of one seed stand beside every seed of the other.

    Raises:
        ValueError: rows of several seeds that are not equally many, or of other items.
    """
    difference: Floats = second - first
    return Gain(
        mean_of(difference),
        interval_of(difference, chance),
        p_value(difference.mean(axis=0), chance),
    )


def p_value(differences: Floats, chance: Draws) -> float:
    """Return how likely so large a mean would be if there were none: (1 + reached) / (1 + drawn).

    The resampled means are moved to the mean 0 of the hypothesis.

    Args:
        differences: one an item, shape (items,).
        chance: resampled items.
    """
    gain = float(differences.mean())
    moved = chance.items @ differences - gain
    reached = int((moved >= gain - TIE).sum())
    return (1 + reached) / (1 + len(moved))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return Holm's adjusted p-values, in the order given.

    Laws: no adjusted value is below its own or above 1, and their order is kept.

    >>> [round(p, 6) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)
