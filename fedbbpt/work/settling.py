"""Which point a search over vectors deploys: by comparisons on common examples, never by one loss.

While a search goes on, it is the mean of the belief, unless the last re-evaluation found the best
point so far below the mean that stood beside it. Where a search ends for a reason of its own, the
last sound mean, the best point and the mean at the end are scored once more, on one fresh block
that all owners share: the least loss wins, and of equal ones the last sound mean. Where nothing is
left to pay for that block, the last sound mean stays: the one at the end, or the one a round before
where the belief ended wider than it began.
"""

import numpy as np

from fedbbpt.beliefs import spread
from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Point,
    Points,
    Product,
    mode,
    width,
)
from fedbbpt.optimizers import Rechecks, Search, VectorSearch

FARTHEST = 1e30
"""Largest coordinate of a vector; soft tokens hold numbers up to 3e38, and add many up."""

DIVERGED = "the steps diverged; lower learning_rate"


def strays(points: Floats) -> bool:
    """Say whether a coordinate is so large that no prompt can be made of it."""
    return bool((np.abs(points) > FARTHEST).any())


def deployed(search: Search) -> Distribution:
    """Return the belief of a search, around the point that it would deploy."""
    belief = search.distribution
    preferred = search.preferred if isinstance(search, Rechecks) else None
    return belief if preferred is None else centred(belief, preferred)


def sound(start: Distribution, before: Distribution, last: Distribution) -> Distribution:
    """Return ``last``, or ``before`` where ``last`` is wider than the start or out of bounds.

    A collapsed belief still names its point; one that blew up names none.
    """
    wider = any(now > first for first, now in zip(_spreads(start), _spreads(last), strict=True))
    return before if wider or strays(mode(last)) else last


def contested(search: Search, kept: Distribution, most: int) -> Points:
    """Return the points that are scored once more at an early end, the last sound mean first.

    Args:
        search: that ended.
        kept: the last sound belief.
        most: points at most.

    Returns:
        Shape (n, width); none where there are not two different ones to compare.
    """
    found = [mode(kept)]
    if isinstance(search, VectorSearch) and search.best is not None:
        found.append(search.best.point)
    found.append(mode(search.distribution))
    distinct = {point.tobytes(): point for point in found if not strays(point)}
    points = list(distinct.values())[:most]
    return np.stack(points) if len(points) > 1 else np.empty((0, width(kept)))


def centred(belief: Distribution, point: Floats) -> Distribution:
    """Return ``belief`` moved so that its mode is ``point``, shape (width,); spreads stay."""
    match belief:
        case Gaussian():
            return Gaussian(point, belief.sigma, belief.cov)
        case Categorical(logits):
            chosen = point.astype(np.intp)
            slots = zip(logits, chosen, strict=True)
            return Categorical(tuple(_raised(slot, choice) for slot, choice in slots))
        case Product(parts):
            ends = np.cumsum([width(part) for part in parts])[:-1]
            pieces = zip(parts, np.split(point, ends), strict=True)
            return Product(tuple(centred(part, piece) for part, piece in pieces))
        case _:
            return Point(point)


def _raised(slot: Floats, choice: int) -> Floats:
    """Return logits of shape (choices,) with one just above all others."""
    raised = slot.copy()
    raised[choice] = max(raised[choice], slot.max() + 1e-9)
    return raised


def _spreads(belief: Distribution) -> tuple[float, ...]:
    if isinstance(belief, Product):
        return tuple(value for part in belief.parts for value in _spreads(part))
    return (spread(belief),) if isinstance(belief, Gaussian) else ()
