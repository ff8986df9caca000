"""Losses over vectors, and searches of them, for the tests of optimizers."""

from collections.abc import Callable

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Gaussian, Points
from fedbbpt.optimizers import Optimizer, VectorSearch

Loss = Callable[[Points], Floats]


def sphere(points: Points) -> Floats:
    """Return the squared length of every point, shape (n,)."""
    squares: Floats = (points**2).sum(axis=1)
    return squares


def rosenbrock(points: Points) -> Floats:
    """Return the sum of Rosenbrock's function over neighbouring coordinates, shape (n,)."""
    ahead, behind = points[:, 1:], points[:, :-1]
    terms: Floats = (100 * (ahead - behind**2) ** 2 + (1 - behind) ** 2).sum(axis=1)
    return terms


def begin(settings: Optimizer, start: Distribution, seed: int = 0) -> VectorSearch:
    """Start a search, which must be one over vectors."""
    search = settings.start(start, np.random.default_rng(seed))
    assert isinstance(search, VectorSearch)
    return search


def run(search: VectorSearch, loss: Loss, generations: int, count: int = 64) -> list[Points]:
    """Play generations until the search ends, and return the points of each."""
    asked = []
    for _ in range(generations):
        points = search.ask(count)
        if not len(points):
            break
        search.tell(points, loss(points))
        asked.append(points)
    return asked


def gaussian(search: VectorSearch) -> Gaussian:
    """Return the belief, which must be a Gaussian."""
    found = search.distribution
    assert isinstance(found, Gaussian)
    return found
