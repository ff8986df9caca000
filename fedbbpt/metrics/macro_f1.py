"""Macro-F1: every label's F1 counts alike, however rare the label is."""

from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.metrics.accuracy import Accuracy

__all__ = ["MacroF1"]


@dataclass(frozen=True, slots=True)
class MacroF1:
    """The mean over labels of F1 = 2 hits / (times it is the target + times it is the answer).

    Only labels that occur as a target or as an answer count; one that is never hit has an F1 of 0.
    An answer outside the label set is a miss of its target and no label of its own. The figure of
    no items at all is 0. Of several accepted targets the first one is the target.
    """

    def item(self, answer: Answer, example: Example) -> float:
        """Return 1.0 where the answer is right, for the accuracy that stands beside macro-F1.

        Raises:
            ValueError: the answer is missing.
        """
        return Accuracy().item(answer, example)

    def of(self, tables: Floats) -> Floats:
        """Return the macro-F1 of each table, in [0, 1].

        Args:
            tables: shape (..., labels, labels + 1).

        >>> float(MacroF1().of(np.array([[8.0, 0.0, 0.0], [2.0, 0.0, 0.0]])))  # "a" to everything
        0.4444444444444444
        """
        hits = np.diagonal(tables[..., :-1], axis1=-2, axis2=-1)
        involved: Floats = tables.sum(axis=-1) + tables[..., :-1].sum(axis=-2)
        scores: Floats = (2 * hits / np.maximum(involved, 1)).sum(axis=-1)
        present: Floats = (involved > 0).sum(axis=-1).astype(np.float64)
        figures: Floats = scores / np.maximum(present, 1)
        return figures
