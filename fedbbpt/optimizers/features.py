"""Features of candidates and how alike they make them: words of the prompt, or choices."""

from collections.abc import Callable

import numpy as np

from fedbbpt.distributions import Floats, Points

Describe = Callable[[Floats], str]
"""A point to the prompt that it stands for, as one text."""

MOST_DIRECTIONS = 64
"""Directions kept of the features of a field."""


def choice_features(points: Points) -> Floats:
    """Return one column a choice that stands in some point, 1 where it does: shape (n, choices).

    Args:
        points: shape (n, slots).
    """
    columns = []
    for column in points.T:
        values = np.unique(column)
        columns.append((column[:, None] == values[None, :]).astype(np.float64))
    return np.concatenate(columns, axis=1)


def linear_likeness(features: Floats) -> Floats:
    """Return inner products of the centred features, at most 64 directions of them: (n, n).

    The mean of the diagonal is 1, or all is 0 where all candidates are the same.
    """
    centred = features - features.mean(axis=0)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    kept = np.maximum(values[-MOST_DIRECTIONS:], 0.0)
    directions = vectors[:, -MOST_DIRECTIONS:]
    alike: Floats = (directions * kept) @ directions.T
    scale = float(np.trace(alike)) / len(alike)
    return alike / scale if scale > 0 else alike


def smooth_likeness(features: Floats) -> Floats:
    """Return exp(-d^2 / (2 m)) for the squared distance d^2 and its median m: shape (n, n)."""
    squares = np.square(features).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2 * features @ features.T, 0.0)
    apart = distances[np.triu_indices(len(features), 1)]
    typical = float(np.median(apart)) if apart.size else 0.0
    alike: Floats = np.exp(-distances / (2 * typical)) if typical else np.eye(len(features))
    return alike


def coordinates(alike: Floats) -> Floats:
    """Return coordinates whose inner products are ``alike``, shape (n, at most 64)."""
    values, vectors = np.linalg.eigh(alike)
    kept: Floats = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, -MOST_DIRECTIONS:]
    return kept
