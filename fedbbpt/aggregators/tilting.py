"""The two closed-form steps between a shared table of prompts and every owner's own.

Xing, Lu and Yu 2023, arXiv:2308.15324v1, with the owner's step anchored to a fixed prior: tilting
the shared table itself again in every round would count the same evidence every round.
"""

import numpy as np

from fedbbpt.distributions import Floats

MOST = 1e6
"""Examples that are as good as any number of them."""


def shrunk_scores(tables: Floats, shrinkage: float) -> Floats:
    """Return the owners' scores of the prompts, pulled to what all owners together say.

    A prompt that an owner scored on n examples keeps n / (n + shrinkage) of its own mean; the rest
    is the mean over all owners' examples. A prompt that nobody was asked about is thought to be as
    good as the mean of all that was asked.

    Args:
        tables: shape (owners, rows, prompts), the first two of which are means and examples.
        shrinkage: examples that the mean over all owners counts as, >= 0.

    Returns:
        Shape (owners, prompts).
    """
    means, counts = tables[:, 0], tables[:, 1]
    together = counts.sum(axis=0)
    asked = together > 0
    total = float((means * counts).sum() / together.sum()) if asked.any() else 0.0
    common = np.full(together.shape, total)
    np.divide((means * counts).sum(axis=0), together, out=common, where=asked)
    behind = counts + shrinkage
    own = np.divide(counts, behind, out=np.zeros_like(counts), where=behind > 0)
    scores: Floats = own * means + (1.0 - own) * common
    return scores


def fitted_shrinkage(tables: Floats, least: float) -> float:
    """Return how many examples the scores of all owners should count as beside an owner's own.

    It is the variance of one example over the variance of what is an owner's own about a prompt,
    by moments, both of scores less the mean over prompts. Owners who differ no more than other
    examples would make them differ are given the scores of all.

    Args:
        tables: shape (owners, 4, prompts); see ``score_tables``.
        least: returned where that is more, and where the tables cannot tell: one owner, or blocks
            that did not ask all prompts at least twice.
    """
    means, counts, squares, blocks = (tables[:, row] for row in range(tables.shape[1]))
    alike = bool((counts == counts[:, :1]).all() and (blocks == blocks[:, :1]).all())
    if len(tables) < 2 or means.shape[1] < 2 or not alike or float(blocks.min()) < 2:
        return least
    centred = means - means.mean(axis=1, keepdims=True)
    within = squares - counts * np.square(centred)
    noise = float(within.sum() / (blocks - 1.0).sum())
    shares = counts[:, :1] / counts[:, 0].sum()
    apart = centred - (shares * centred).sum(axis=0)
    freedom = float((1.0 - shares).mean())
    own = float(np.square(apart).mean()) / freedom - noise * float((1.0 / counts).mean())
    return max(least, min(noise / own, MOST)) if own > 0 else max(least, MOST)


def tilted(prior: Floats, scores: Floats, temperature: float) -> Floats:
    """Return the owner's step: the p with the greatest E_p[score] - temperature KL(p || prior).

    Laws: an infinite temperature returns the prior; a low one leaves the best score alone; a number
    added to all scores changes nothing.

    Args:
        prior: shape (prompts,), above 0, summing to 1.
        scores: shape (..., prompts), higher is better.
        temperature: > 0, in the unit of the scores.

    Returns:
        Shape of the scores, summing to 1 over the prompts.
    """
    heights = (scores - scores.max(axis=-1, keepdims=True)) / temperature + np.log(prior)
    weights = np.exp(heights - heights.max(axis=-1, keepdims=True))
    posterior: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return posterior


def drawn_together(posteriors: Floats, shares: Floats, before: Floats, pull: float) -> Floats:
    """Return the server's step: the belief nearest to the owners' and to what was before.

    It has the least sum of share KL(own || p) and of pull KL(before || p).

    Args:
        posteriors: shape (owners, prompts).
        shares: shape (owners,), summing to 1.
        before: shape (prompts,), the shared table so far.
        pull: weight of what was before, >= 0; 0 forgets it.

    Returns:
        Shape (prompts,), summing to 1.
    """
    mean: Floats = (shares[:, None] * posteriors).sum(axis=0)
    together: Floats = (mean + pull * before) / (1.0 + pull)
    return together
