"""The check that every search makes of what it is told."""

import numpy as np

from fedbbpt.distributions import Floats, Points, frozen_array


def checked_losses(asked: Points, points: Points, losses: Floats) -> Floats:
    """Return the losses of the points last asked, shape (n,), read-only.

    Raises:
        ValueError: other points than those last asked, not one loss a point, or one not finite.
    """
    if not len(asked) or not np.array_equal(points, asked):
        raise ValueError("points: not those last asked; tell exactly what ask returned, once")
    told = frozen_array(losses, name="losses")
    if told.shape != (len(asked),):
        raise ValueError(f"losses: shape {told.shape}, expected one a point: ({len(asked)},)")
    return told
