"""Top-two Thompson sampling on paired losses: Russo 2016, COLT, arXiv:1602.08448."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Distribution
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.choosing import Choosing, Sizes, check_sizes
from fedbbpt.optimizers.evidence import Indices, Posterior
from fedbbpt.optimizers.thompson import top_two

__all__ = ["TopTwo"]


@dataclass(frozen=True, slots=True)
class TopTwo:
    """Spend calls on the likely best and its likely rivals.

    The first round asks the field, or as much of it as a round may hold. The belief is normal, with
    an effect for every block; its settings are fitted to the losses. Blocks must be fresh.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        each: candidates of a round after the first, >= 2.
        leaders: chance that a draw's best is asked rather than its rival, in (0, 1]; 1 is plain
            Thompson sampling.
        mixture: temperature of a softmax mixture over the candidates as the belief, in the unit of
            losses, for a bank; 0 believes in one prompt.

    Raises:
        ValueError: a value out of its range.
    """

    fresh_blocks: ClassVar[bool] = True

    candidates: int = 12
    each: int = 2
    leaders: float = 0.5
    mixture: float = 0.0

    def __post_init__(self) -> None:
        check_sizes(self._sizes)
        if not 0 < self.leaders <= 1:
            raise ValueError(f"leaders: {self.leaders} is not in (0, 1]; 0.5 is usual")

    @property
    def _sizes(self) -> Sizes:
        return Sizes(self.candidates, self.candidates, self.each, self.mixture)

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin among points drawn from ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        return Choosing(distribution, rng, self._sizes, self._choice)

    def _choice(self, posterior: Posterior, count: int, rng: np.random.Generator) -> Indices:
        return top_two(posterior, count, rng, leaders=self.leaders)
