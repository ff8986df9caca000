"""A linear bandit over what prompts say: FedPOB, Lu 2025, arXiv:2509.24701 (LinUCB).

The paper's agents keep V and b of a ridge regression and merge them when log det V has grown
enough. Here owners score common candidates, so the merged losses are the regression's data and
every round is a merge. Features are reduced to 64 directions of the public field; settings that the
paper fixes (ridge 1) are fitted.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points
from fedbbpt.optimizers import Optimizer, Search
from fedbbpt.optimizers.choosing import Choosing, Sizes, check_sizes
from fedbbpt.optimizers.evidence import Indices, Posterior
from fedbbpt.optimizers.features import Describe, linear_likeness
from fedbbpt.optimizers.improvement import lowest_bounds
from fedbbpt.optimizers.reading import Reading, check_features, features_of

__all__ = ["Bandit"]


@dataclass(frozen=True, slots=True)
class Bandit:
    """Ask the candidates with the best optimistic score of a linear model.

    Unlike ``surrogate``, features explain everything: a prompt's own losses say no more of it than
    of another with the same features. Blocks must be fresh.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        first: candidates of the first round, >= 2.
        each: candidates of a later round, >= 2.
        width: how many standard deviations of optimism, >= 0; the paper takes 0.3.
        features: ``"words"``, or a sentence encoder by its name or folder (extra ``semantic``).
            Where the space's prompts are not known: the choices.

    Raises:
        ValueError: a value out of its range.
        ConfigError: the encoder's library or folder is absent.
    """

    fresh_blocks: ClassVar[bool] = True

    candidates: int = 64
    first: int = 8
    each: int = 4
    width: float = 0.3
    features: str = "words"

    def __post_init__(self) -> None:
        check_sizes(self._sizes)
        check_features(self.features)
        if not 0 <= self.width < np.inf:
            raise ValueError(f"width: {self.width} is below 0; the paper takes 0.3")

    @property
    def _sizes(self) -> Sizes:
        return Sizes(self.candidates, self.first, self.each)

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin among points drawn from ``distribution``, their choices as features.

        Raises:
            ValueError: the distribution is not categorical.
        """
        return self._begin(distribution, rng, None)

    def reading(self, describe: Describe) -> Optimizer:
        """Return the same optimizer with features of what ``describe`` says of a point."""
        return Reading(self._begin, describe)

    def _begin(
        self, start: Distribution, rng: np.random.Generator, describe: Describe | None
    ) -> Search:
        likeness = functools.partial(self._likeness, describe)
        return Choosing(start, rng, self._sizes, self._choice, likeness, linear=True)

    def _likeness(self, describe: Describe | None, points: Points) -> Floats:
        return linear_likeness(features_of(points, describe, self.features))

    def _choice(self, posterior: Posterior, count: int, rng: np.random.Generator) -> Indices:
        del rng
        return lowest_bounds(posterior, count, self.width)
