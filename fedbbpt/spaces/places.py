"""Texts as places: their embeddings seen from the first one, through a random projection."""

import math

import numpy as np

from fedbbpt.distributions import Floats, Points
from fedbbpt.randomness import rng

DECIMALS = 6
"""Digits of a place, so that the order in which a library adds moves no candidate."""


def places_of(embedded: Floats, first: int, dimensions: int, seed: int) -> Points:
    """Return P (e - e0) / s for every row e, shape (texts, dimensions), read-only.

    The length s is typical of the first rows, so that their places are about 1 away from the
    origin. A length of 1 a coordinate would put all others far out, and the origin, which is a
    place too, would be nearest to most draws of N(0, I) in some tens of dimensions.

    Args:
        embedded: shape (texts, width); row 0 is the start's.
        first: rows that decide s, >= 2; later rows change no earlier place.
        dimensions: at most the width.
        seed: names the projection.

    Raises:
        ValueError: too many dimensions, numbers that are not finite, or first rows all alike.
    """
    if not np.isfinite(embedded).all():
        raise ValueError("an embedding holds a number that is not finite")
    width = embedded.shape[1]
    if dimensions > width:
        raise ValueError(
            f"{dimensions} dimensions are above the {width} numbers of an embedding; lower them"
        )
    drawn = rng(seed, "embedding projection").standard_normal((width, dimensions))
    apart: Points = (embedded - embedded[0]) @ drawn
    typical = math.sqrt(float(np.square(apart[1:first]).sum(axis=1).mean()))
    if typical == 0:
        raise ValueError("all instructions are alike to it; use another encoder or library")
    places: Points = np.round(apart / typical, DECIMALS)
    places.setflags(write=False)
    return places


def nearest(places: Points, point: Floats) -> int:
    """Return the number of the place nearest to a point, the earliest of equally near ones."""
    return int(np.argmin(np.square(places - point).sum(axis=1)))
