"""What the losses of some candidates say about the choices they are made of."""

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Categorical, Floats, Points

Indices = NDArray[np.intp]

LEAD = 0.1
"""Least distance in logits between the leader's choice and any other of the same slot."""


def belief(start: Categorical, points: Points, losses: Floats, leader: int) -> Categorical:
    """Return a table that leans to the choices of good candidates; its mode is the leader.

    It is a sketch of the losses, not a posterior. With the weight w = exp(-loss / sd) of a
    candidate, sd being the standard deviation of all losses::

        logit(choice) = start's logit + log(mean w of candidates with the choice / mean w of all)

    A choice that no candidate has, or that makes no difference, keeps its start. Then the leader's
    choices are lifted, where needed, ``LEAD`` above the others.

    Args:
        start: the table before any loss.
        points: shape (n, slots).
        losses: shape (n,); infinite where none is known yet.
        leader: row of the best candidate. It need not have the smallest loss: losses on a small
            block and on a large one do not compare.
    """
    seen = np.isfinite(losses)
    weights = _weights(losses[seen])
    chosen = points[leader].astype(np.intp)
    columns = points[seen].astype(np.intp).T
    return Categorical(
        tuple(
            _lifted(logits + _evidence(column, weights, logits.size), choice)
            for logits, column, choice in zip(start.logits, columns, chosen, strict=True)
        )
    )


def _weights(losses: Floats) -> Floats:
    spread = float(losses.std())
    if spread <= 1e-12 * float(np.abs(losses).max()):
        return np.ones_like(losses)
    weights: Floats = np.exp((losses.min() - losses) / spread)
    return weights


def _evidence(column: Indices, w: Floats, size: int) -> Floats:
    seen = np.bincount(column, minlength=size)
    means = np.bincount(column, weights=w, minlength=size) / np.maximum(seen, 1)
    evidence: Floats = np.log(np.where(seen > 0, means, w.mean()) / w.mean())
    return evidence


def _lifted(logits: Floats, choice: int) -> Floats:
    others = np.delete(logits, choice)
    lifted = logits.copy()
    if others.size:
        lifted[choice] = max(lifted[choice], others.max() + LEAD)
    return lifted
