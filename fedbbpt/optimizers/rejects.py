"""Successive rejects on common examples: Audibert, Bubeck and Munos 2010, COLT, fig. 3.

The paper drops the worst of K arms after each of K - 1 phases; in phase k, with K + 1 - k arms
left, every arm has been pulled n_k = ceil((n - K) / (L (K + 1 - k))) times since the beginning, for
n pulls in all and a constant L. Only K + 1 - k, the number of arms active, changes with k: n_k is
inversely proportional to it. A nested block of size first * K / active, scored in full by every
survivor, is therefore n_k itself, with first = n_1 = (n - K) / (L K).
"""

from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import Distribution
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.racing import Race, check_field, check_mixture

__all__ = ["Rejects"]


@dataclass(frozen=True, slots=True)
class Rejects:
    """Drop the worst candidate every round; finer than halving, and more rounds.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        finalists: the search ends when no more than these are left, in [1, candidates].
        mixture: temperature of a softmax mixture over the finalists as the belief, in the unit of
            losses, for a bank and 2 finalists or more; 0 believes in one prompt.

    Raises:
        ValueError: a value out of its range.
    """

    candidates: int = 12
    finalists: int = 1
    mixture: float = 0.0

    def __post_init__(self) -> None:
        check_field(self.candidates, self.finalists)
        check_mixture(self.mixture, self.finalists)

    def survivors(self, count: int) -> int:
        """Return how many of ``count`` candidates go on: all but one.

        >>> Rejects().survivors(12)
        11
        """
        return count - 1

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a race among points drawn from ``distribution``.

        Raises:
            ValueError: the distribution is not categorical, or no bank where it is to be mixed.
        """
        return Race(
            distribution,
            rng,
            candidates=self.candidates,
            finalists=self.finalists,
            keep=self.survivors,
            mixture=self.mixture,
        )
