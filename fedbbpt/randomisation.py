"""Tests and intervals of a figure of the whole table of answers, by counted chance.

Approximate randomisation is Noreen 1989 and Yeh 2000, the bootstrap is Efron 1979. Both need no
more than counts: a table of targets by answers, shape (labels, labels + 1), and a joint table of
targets by the first prompt's answers by the second's, shape (labels, labels + 1, labels + 1). In
both the last answer is any outside the label set. Joint tables of several owners add up.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from fedbbpt.comparison import Interval, PairedTest, wilson
from fedbbpt.distributions import Floats, Ints
from fedbbpt.randomness import rng

Figure = Callable[[Floats], Floats]
"""Tables of shape (..., labels, labels + 1) to figures in [0, 1] of shape (...)."""

SWAPS = 10_000
RESAMPLES = 2_000
LEVEL = 0.95
BATCH = 2_000_000
"""Most counts that are drawn at a time."""

TIE = 1e-12
"""Two figures this close are the same figure, summed in another order."""


class Margins(NamedTuple):
    """The two tables that a joint table holds, each of shape (labels, labels + 1)."""

    first: Floats
    second: Floats


def margins(joint: Floats) -> Margins:
    """Return the table of the first prompt's answers and that of the second's."""
    return Margins(joint.sum(axis=2), joint.sum(axis=1))


def table_test(joint: Floats, figure: Figure, seed: int) -> PairedTest:
    """Test whether the second prompt's figure is the better one.

    Law: the same counts and seed give the same test, bit for bit.

    Args:
        joint: whole counts, shape (labels, labels + 1, labels + 1).
        figure: what is compared.
        seed: of the named streams that chance is drawn from.
    """
    return PairedTest(
        p_value=randomisation_p(joint, figure, rng(seed, "randomisation")),
        mean=difference(joint, figure),
        interval=difference_interval(joint, figure, rng(seed, "bootstrap of a difference")),
    )


def difference(joint: Floats, figure: Figure) -> float:
    """Return the second prompt's figure less the first's."""
    first, second = margins(joint)
    return float(figure(second)) - float(figure(first))


def randomisation_p(
    joint: Floats, figure: Figure, rng: np.random.Generator, swaps: int = SWAPS
) -> float:
    """Return how likely so large a gain would be if it did not matter which prompt said what.

    Every item's two answers are swapped or not, with probability 1/2: of n items of a cell
    Binomial(n, 1/2) are. The p-value is (1 + draws with at least the gain) / (1 + draws), so that
    it is above 0 and never too small.
    """
    first, second = margins(joint)
    gain = difference(joint, figure) - TIE
    cells = _cells(joint)
    moving = cells.first != cells.second
    if not moving.any():
        return 1.0
    moves = _indicators(cells.second[moving], first) - _indicators(cells.first[moving], first)
    reached = 0
    for size in _batches(swaps, moves):
        swapped = rng.binomial(cells.counts[moving], 0.5, size=(size, len(moves)))
        shift: Floats = (swapped @ moves).reshape(size, *first.shape)
        reached += int((figure(second - shift) - figure(first + shift) >= gain).sum())
    return (1 + reached) / (1 + swaps)


def difference_interval(
    joint: Floats, figure: Figure, rng: np.random.Generator, level: float = LEVEL
) -> Interval:
    """Return the interval of the difference: items are drawn anew, with both of their answers.

    Fewer than 2 items give [-1, 1]. Prompts that answer every item alike give no width.
    """
    if joint.sum() < 2:
        return Interval(-1.0, 1.0)
    cells = _cells(joint)
    table = margins(joint).first
    before, after = _indicators(cells.first, table), _indicators(cells.second, table)
    drawn = [
        figure((counts @ after).reshape(-1, *table.shape))
        - figure((counts @ before).reshape(-1, *table.shape))
        for counts in _resampled(cells.counts, before, rng)
    ]
    return _middle(np.concatenate(drawn), difference(joint, figure), level)


def figure_interval(
    table: Floats, figure: Figure, rng: np.random.Generator, level: float = LEVEL
) -> Interval:
    """Return the interval of one prompt's figure: items are drawn anew.

    A figure that stays the same whatever is drawn, as that of all right, is taken for a share of
    items and gets Wilson's interval; no width would claim certainty. Fewer than 2 items give
    [0, 1].
    """
    n = float(table.sum())
    if n < 2:
        return Interval(0.0, 1.0)
    places = np.flatnonzero(table)
    counts = table.ravel()[places].astype(np.int64)
    where = _indicators(places, table)
    drawn = np.concatenate(
        [
            figure((counts @ where).reshape(-1, *table.shape))
            for counts in _resampled(counts, where, rng)
        ]
    )
    value = float(figure(table))
    if float(np.ptp(drawn)) <= TIE:
        return _holding(value, wilson(min(max(value, 0.0), 1.0) * n, n, level))
    return _middle(drawn, value, level)


class _Cells(NamedTuple):
    """The cells of a joint table that hold an item: counts, and where they lie in the margins."""

    counts: Ints
    first: Ints
    second: Ints


def _cells(joint: Floats) -> _Cells:
    target, said_first, said_second = np.nonzero(joint)
    answers = joint.shape[2]
    return _Cells(
        joint[target, said_first, said_second].astype(np.int64),
        target * answers + said_first,
        target * answers + said_second,
    )


def _indicators(places: Ints, table: Floats) -> Floats:
    """Return one row a place: 1 there, in a table of this shape laid out flat, and 0 elsewhere."""
    rows = np.zeros((len(places), table.size))
    rows[np.arange(len(places)), places] = 1.0
    return rows


def _resampled(counts: Ints, indicators: Floats, rng: np.random.Generator) -> Iterator[Ints]:
    total = int(counts.sum())
    for size in _batches(RESAMPLES, indicators):
        yield rng.multinomial(total, counts / total, size=size)


def _batches(draws: int, indicators: Floats) -> Iterator[int]:
    most = max(1, BATCH // max(indicators.shape))
    for start in range(0, draws, most):
        yield min(most, draws - start)


def _middle(drawn: Floats, value: float, level: float) -> Interval:
    low, high = (float(end) for end in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return _holding(value, Interval(low, high))


def _holding(value: float, interval: Interval) -> Interval:
    """Return the interval, stretched to hold the figure itself where it must be."""
    return Interval(min(interval.low, value), max(interval.high, value))
