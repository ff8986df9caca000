"""Sequential halving on common examples: Karnin 2013, ICML; for prompts TRIPLE, arXiv:2402.09723.

Two departures from the paper, both for the better use of a prompt's calls. Candidates meet the same
examples, so that their differences are paired. Blocks are nested and double as the field halves: a
candidate's loss covers all it was ever asked, and no early answer is thrown away. A round after the
first then costs (1 - keep) times the first round's calls.
"""

import math
from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import Distribution
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.racing import Race, check_field, check_mixture

__all__ = ["Halving"]


@dataclass(frozen=True, slots=True)
class Halving:
    """Keep the better part of the field every round.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        finalists: the search ends when no more than these are left, in [1, candidates].
        keep: part of the field that goes on, rounded up, in (0, 1).
        mixture: temperature of a softmax mixture over the finalists as the belief, in the unit of
            losses, for a bank and 2 finalists or more; 0 believes in one prompt.

    Raises:
        ValueError: a value out of its range.
    """

    candidates: int = 12
    finalists: int = 1
    keep: float = 0.5
    mixture: float = 0.0

    def __post_init__(self) -> None:
        check_field(self.candidates, self.finalists)
        check_mixture(self.mixture, self.finalists)
        if not 0 < self.keep < 1:
            raise ValueError(f"keep: {self.keep} is not between 0 and 1; 0.5 halves the field")

    def survivors(self, count: int) -> int:
        """Return how many of ``count`` candidates go on: ``ceil(keep * count)``.

        >>> [Halving().survivors(count) for count in (12, 6, 3, 2)]
        [6, 3, 2, 1]
        """
        return math.ceil(round(self.keep * count, 9))

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
