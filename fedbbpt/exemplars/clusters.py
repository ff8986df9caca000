"""Questions in groups that are alike: k-means (Lloyd 1982) with a spread start, in numpy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Floats

ROUNDS = 100
"""After which groups that still change stay as they are."""


class Groups(NamedTuple):
    """Rows in groups.

    Attributes:
        members: places of each group's rows, the nearest to its centre first; none is empty.
    """

    members: tuple[tuple[int, ...], ...]


def grouped(features: Floats, count: int, rng: np.random.Generator) -> Groups:
    """Return the rows of ``features``, shape (n, width), in at most ``count`` groups.

    Law: every row stands in exactly one group. Equal rows stand in one group, so that there may be
    fewer groups than asked for.

    Args:
        features: at least one row.
        count: groups, >= 1.
        rng: the only source of chance.

    Raises:
        ValueError: no row, or a count below 1.
    """
    if not len(features) or count < 1:
        raise ValueError(f"count: {count} groups of {len(features)} rows; give at least 1 of each")
    centres = _spread(features, count, rng)
    nearest = _squares(features, centres).argmin(axis=1)
    for _ in range(ROUNDS):
        centres = _centres(features, centres, nearest)
        after = _squares(features, centres).argmin(axis=1)
        if np.array_equal(after, nearest):
            break
        nearest = after
    squares = _squares(features, centres)
    members = []
    for group in range(len(centres)):
        rows = np.flatnonzero(nearest == group)
        order = np.lexsort((rows, squares[rows, group]))
        members.append(tuple(int(row) for row in rows[order]))
    return Groups(tuple(sorted((one for one in members if one), key=lambda one: (-len(one), one))))


def _spread(features: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Return rows far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(features)))]
    while len(chosen) < min(count, len(features)):
        far = _squares(features, features[chosen]).min(axis=1)
        far[far < 1e-12] = 0.0
        if not far.any():
            break
        chosen.append(int(rng.choice(len(features), p=far / far.sum())))
    return features[chosen]


def _centres(features: Floats, before: Floats, nearest: NDArray[np.intp]) -> Floats:
    rows = [features[nearest == group] for group in range(len(before))]
    return np.stack(
        [own.mean(axis=0) if len(own) else old for own, old in zip(rows, before, strict=True)]
    )


def _squares(features: Floats, centres: Floats) -> Floats:
    lengths = np.square(features).sum(axis=1)[:, None] + np.square(centres).sum(axis=1)[None, :]
    squares: Floats = np.maximum(lengths - 2.0 * features @ centres.T, 0.0)
    return squares
