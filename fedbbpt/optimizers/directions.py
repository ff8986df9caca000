"""Random directions that a seed and an index name, so that scalars can travel instead of vectors.

Every kind has the identity as covariance, E[u uᵀ] = I, and so the mean square length ``size``. Two
parties with the same numpy draw the same bits.
"""

import math

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.randomness import rng

KINDS = ("gaussian", "rademacher", "orthogonal", "coordinate")
"""Names of the kinds of directions, as ``directions_at`` takes them."""


def direction(seed: int, index: int, size: int) -> Floats:
    """Return the standard normal direction that ``seed`` and ``index`` name, shape (size,).

    Args:
        seed: of the run or the search, >= 0.
        index: number of the direction, >= 0.
        size: number of coordinates, >= 1.

    >>> bool((direction(7, 3, 5) == direction(7, 3, 5)).all())
    True
    """
    return rng(seed, "direction", round=index).standard_normal(size)


def directions_at(kind: str, seed: int, first: int, shape: tuple[int, int]) -> Floats:
    """Return the directions number ``first``, ``first + 1``, ... of a seed, one a row.

    Args:
        kind: ``"gaussian"``: as ``direction``; ``"rademacher"``: entries are -1 or 1;
            ``"orthogonal"``: at right angles to each other, of length sqrt(size), uniformly
            turned; ``"coordinate"``: sqrt(size) times axes drawn without replacement. The last two
            begin anew after ``size`` directions, and depend on ``first`` as a whole batch.
        seed: >= 0.
        first: >= 0.
        shape: (count, size).

    Raises:
        ValueError: no such kind.
    """
    count, size = shape
    match kind:
        case "gaussian":
            return np.stack([direction(seed, first + i, size) for i in range(count)])
        case "rademacher":
            rows = [direction(seed, first + i, size) for i in range(count)]
            return np.where(np.stack(rows) < 0, -1.0, 1.0)
        case "orthogonal" | "coordinate":
            turned = _rotation if kind == "orthogonal" else _axes
            firsts = range(0, count, size)
            rows = [turned(seed, first + i, min(size, count - i), size) for i in firsts]
            return np.concatenate(rows) * math.sqrt(size)
        case _:
            raise ValueError(f"kind: {kind!r} is unknown; use one of {', '.join(KINDS)}")


def _rotation(seed: int, first: int, count: int, size: int) -> Floats:
    normal = rng(seed, "rotation", round=first).standard_normal((count, size))
    basis, triangle = np.linalg.qr(normal.T)
    # QR fixes no signs; with R's diagonal above 0 the basis is uniform over all rotations.
    signed: Floats = basis * np.where(np.diag(triangle) < 0, -1.0, 1.0)
    return signed.T


def _axes(seed: int, first: int, count: int, size: int) -> Floats:
    order = rng(seed, "axes", round=first).permutation(size)
    axes: Floats = np.eye(size)[order[:count]]
    return axes
