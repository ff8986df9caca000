"""Balanced accuracy: every label's share of right answers counts alike."""

from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.metrics.accuracy import Accuracy

__all__ = ["BalancedAccuracy"]


@dataclass(frozen=True, slots=True)
class BalancedAccuracy:
    """The mean over labels of the share of their items that is answered right.

    Only labels that occur as a target count. The figure of no items at all is 0. Of several
    accepted targets the first one is the target.
    """

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 where the answer is right, for the accuracy that stands beside this figure.

        Raises:
            ValueError: the answer is missing.
        """
        return Accuracy().item(answer, example)

    def of(self, tables: Floats) -> Floats:
        """Return the balanced accuracy of each table, in [0, 1].

        Args:
            tables: shape (..., labels, labels + 1).

        >>> float(BalancedAccuracy().of(np.array([[8.0, 0.0, 0.0], [2.0, 0.0, 0.0]])))
        0.5
        """
        hits = np.diagonal(tables[..., :-1], axis1=-2, axis2=-1)
        targets: Floats = tables.sum(axis=-1)
        shares: Floats = (hits / np.maximum(targets, 1)).sum(axis=-1)
        present: Floats = (targets > 0).sum(axis=-1).astype(np.float64)
        figures: Floats = shares / np.maximum(present, 1)
        return figures
