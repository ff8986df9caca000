"""Parts of a distribution as the parameters that nevergrad searches."""

from types import ModuleType
from typing import Any

import numpy as np

from fedbbpt.distributions import Categorical, Floats, Gaussian, Points, mode
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.whitening import Whitening

LEAST_SPREAD = 1e-9
"""Least sigma of a belief, as a part of the start's."""


class Piece:
    """One part of the start as parameters of nevergrad."""

    def __init__(self, part: Gaussian | Categorical) -> None:
        self.part = part
        self._whitening = Whitening.of(part) if isinstance(part, Gaussian) else None
        self.length = len(part.logits) if isinstance(part, Categorical) else 1

    def parameters(self, library: ModuleType, softmax: bool) -> list[Any]:
        """Return one array, or one choice a slot, all at the part's mode."""
        if isinstance(self.part, Gaussian):
            array = library.p.Array(init=np.zeros(self.part.mean.size))
            return [array.set_mutation(sigma=self.part.sigma)]
        made: list[Any] = []
        for slot, leader in zip(self.part.logits, mode(self.part), strict=True):
            choices = list(range(slot.size))
            if slot.size == 1:
                made.append(0)  # a constant: nevergrad knows no choice of one
                continue
            kind = library.p.Choice if softmax else library.p.TransitionChoice
            choice = kind(choices) if softmax else kind(choices, ordered=False)
            choice.value = int(leader)
            made.append(choice)
        return made

    def point(self, values: list[Any]) -> Floats:
        """Return the coordinates of the part from the values of its parameters."""
        if self._whitening is not None:
            vector: Floats = self._whitening.back(np.asarray(values[0], dtype=np.float64)[None])[0]
            return vector
        return np.array(values, dtype=np.float64)

    def believed(
        self, recommended: Floats, last: Points, seen: tuple[Points, Floats]
    ) -> Gaussian | Categorical:
        """Return what to believe of the part; all arguments hold its own columns only.

        Args:
            recommended: shape (width,), the mode of the result.
            last: the points asked last, whose distance from it is a Gaussian's sigma.
            seen: all points asked and their losses.
        """
        if isinstance(self.part, Gaussian):
            whitening = Whitening.of(self.part)
            apart = whitening.white(last) - whitening.white(recommended[None])
            spread = float(np.sqrt((apart**2).mean()))
            sigma = max(spread, LEAST_SPREAD * self.part.sigma)
            return Gaussian(recommended, sigma, self.part.cov)
        # The recommended point leads, and need not be one that was ever scored.
        points = np.vstack([seen[0], recommended])
        return belief(self.part, points, np.append(seen[1], np.inf), len(points) - 1)
