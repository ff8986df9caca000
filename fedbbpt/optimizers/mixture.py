"""A softmax over the survivors of a selection, instead of one winner."""

import numpy as np

from fedbbpt.distributions import Categorical, Floats, Points

UNTOLD = 20.0
"""How far, in logits, what was not told or did not survive lies below the worst that did."""


def softmax_mixture(
    start: Categorical, points: Points, losses: Floats, temperature: float
) -> Categorical:
    """Return the weights exp(-loss / temperature) of whole prompts, for questions to draw from.

    Laws: equal losses have equal weights; a low temperature leaves the winner alone.

    Args:
        start: one slot, whose choices are the prompts.
        points: shape (n, 1); the candidates.
        losses: shape (n,); infinite for those that were dropped or never told.
        temperature: > 0, in the unit of the losses.

    Raises:
        ValueError: several slots, no finite loss, or a temperature that is not above 0.

    >>> from fedbbpt.distributions import Categorical
    >>> start, points = Categorical((np.zeros(2),)), np.array([[0.0], [1.0]])
    >>> softmax_mixture(start, points, np.array([1.0, 1.0]), 0.1).probabilities[0].tolist()
    [0.5, 0.5]
    """
    check_whole(start)
    if not 0 < temperature < np.inf:
        raise ValueError(f"mixture: temperature {temperature} is not above 0; try 0.05")
    alive = np.isfinite(losses)
    if not alive.any():
        raise ValueError("mixture: no candidate has a loss; tell some first")
    heights = (losses[alive].min() - losses[alive]) / temperature
    logits = np.full(start.logits[0].size, float(heights.min()) - UNTOLD)
    logits[points[alive, 0].astype(np.intp)] = heights
    return Categorical((logits,))


def check_whole(start: Categorical) -> None:
    """Refuse a table whose choices are not whole prompts.

    Raises:
        ValueError: several slots.
    """
    if len(start.logits) != 1:
        raise ValueError("mixture: a mixture is of whole prompts; use a bank")
