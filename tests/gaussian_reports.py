"""Reports of local searches over vectors, and strategies for them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from fedbbpt.beliefs import as_statistics
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State

SIZE = 3
START = Gaussian(np.array([0.5, -1.0, 0.0]), 0.8, np.array([1.0, 2.0, 0.5]))


class Told(NamedTuple):
    """One owner's belief, examples and losses at the broadcast mode and at its own."""

    gaussian: Gaussian
    weight: float = 10.0
    losses: tuple[float, float] = (1.0, 0.5)


def report(client: str, told: Told) -> Report:
    """Return what an owner reports that drew 6 candidates in each of 4 generations."""
    statistics = {
        **as_statistics(told.gaussian),
        "candidates": np.array(6.0),
        "step_sizes": np.full(4, told.gaussian.sigma),
        "compared_loss_sum": 5 * np.array(told.losses),
        "compared_items": np.array([5.0]),
    }
    return Report(client, 0, "f", statistics, frozenset(), told.weight, 9, 0, 0, 9)


def reports(told: Sequence[Told]) -> list[Report]:
    """Return one report an owner."""
    return [report(f"owner {i}", one) for i, one in enumerate(told)]


def merged(state: State) -> Gaussian:
    """Return the state's Gaussian."""
    assert isinstance(state.distribution, Gaussian)
    return state.distribution


def deviations(gaussian: Gaussian) -> Floats:
    """Return the standard deviation of every coordinate."""
    cov = np.ones(gaussian.mean.size) if gaussian.cov is None else gaussian.cov
    diagonal = cov if cov.ndim == 1 else np.diagonal(cov)
    found: Floats = gaussian.sigma * np.sqrt(diagonal)
    return found


def full(gaussian: Gaussian) -> Floats:
    """Return sigma^2 C, shape (d, d)."""
    cov = np.ones(gaussian.mean.size) if gaussian.cov is None else gaussian.cov
    return gaussian.sigma**2 * (np.diag(cov) if cov.ndim == 1 else cov)


def _sheared(values: Sequence[float]) -> Floats:
    lower = np.eye(SIZE)
    lower[np.tril_indices(SIZE, -1)] = values
    product: Floats = lower @ lower.T
    return product


means = st.lists(st.floats(-3, 3), min_size=SIZE, max_size=SIZE).map(np.array)
sigmas = st.floats(0.2, 2)
variances = st.lists(st.floats(0.3, 3), min_size=SIZE, max_size=SIZE).map(np.array)
shears = st.lists(st.floats(-1, 1), min_size=SIZE, max_size=SIZE).map(_sheared)
diagonals = st.builds(Gaussian, means, sigmas, variances)
plains = st.builds(Gaussian, means, sigmas)
fulls = st.builds(Gaussian, means, sigmas, shears)
any_gaussian = st.one_of(plains, diagonals, fulls)
weights = st.floats(0.5, 100)
losses = st.tuples(st.floats(0, 4), st.floats(0, 4))


def owners(of: st.SearchStrategy[Gaussian], fewest: int = 1) -> st.SearchStrategy[list[Told]]:
    """Return lists of what owners report."""
    return st.lists(st.builds(Told, of, weights, losses), min_size=fewest, max_size=4)
