"""A Bradley-Terry-Luce model of feature differences: who does better, and how sure that is."""

import numpy as np

from fedbbpt.distributions import Floats

NEWTON_STEPS = 20
"""Most steps of a fit; it ends as soon as a step moves nothing."""


def preference(differences: Floats, ridge: float) -> Floats:
    """Return the weights of a logistic model without intercept, shape (width,), by Newton's steps.

    Args:
        differences: shape (duels, width); features of the winner minus those of the loser.
        ridge: pull of the weights towards 0, > 0.
    """
    weights = np.zeros(differences.shape[1])
    for _ in range(NEWTON_STEPS):
        surprise = 1.0 / (1.0 + np.exp(np.clip(differences @ weights, -500.0, 500.0)))
        gradient = ridge * weights - surprise @ differences
        curvature = (differences.T * (surprise * (1 - surprise))) @ differences
        step = np.linalg.solve(curvature + ridge * np.eye(len(weights)), gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def uncertainty(apart: Floats, differences: Floats, ridge: float) -> Floats:
    """Return how little the duels say along each row: sqrt(z (ridge I + sum d d^T)^-1 z).

    Args:
        apart: rows z, shape (n, width).
        differences: rows d of all duels, shape (duels, width).
        ridge: > 0.
    """
    seen = differences.T @ differences + ridge * np.eye(apart.shape[1])
    solved = np.linalg.solve(seen, apart.T)
    doubt: Floats = np.sqrt(np.maximum(np.einsum("ij,ji->i", apart, solved), 0.0))
    return doubt
