"""A Gaussian process over what prompts say proposes which to test next."""

import functools
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points
from fedbbpt.optimizers import Optimizer, Search
from fedbbpt.optimizers.choosing import Choosing, Sizes, check_sizes
from fedbbpt.optimizers.evidence import Indices, Posterior
from fedbbpt.optimizers.features import Describe, linear_likeness, smooth_likeness
from fedbbpt.optimizers.improvement import best_improvements
from fedbbpt.optimizers.reading import Reading, check_features, features_of
from fedbbpt.optimizers.thompson import top_two

__all__ = ["Surrogate"]

WAYS, KERNELS = ("thompson", "improvement"), ("linear", "smooth")


@dataclass(frozen=True, slots=True)
class Surrogate:
    """Test a part of a large field, and let what was told say something of the rest.

    Candidates that read alike are believed to score alike, as far as the losses told bear this out;
    where they do not, the search falls back to what it knows of each. Blocks must be fresh.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        first: candidates of the first round, >= 2.
        each: candidates of a later round, >= 2.
        features: ``"words"`` (hashed n-grams of the prompt), or a sentence encoder by its name or
            folder (extra ``semantic``). Where the space's prompts are not known: the choices.
        kernel: ``"linear"`` is ridge regression, ``"smooth"`` a squared exponential.
        way: ``"thompson"`` draws the likely best and its rivals, ``"improvement"`` takes the leader
            and what may improve on it most.
        mixture: temperature of a softmax mixture as the belief, for a bank; 0 believes in one.

    Raises:
        ValueError: a value out of its range.
        ConfigError: the encoder's library or folder is absent.
    """

    fresh_blocks: ClassVar[bool] = True

    candidates: int = 64
    first: int = 12
    each: int = 4
    features: str = "words"
    kernel: Literal["linear", "smooth"] = "smooth"
    way: Literal["thompson", "improvement"] = "thompson"
    mixture: float = 0.0

    def __post_init__(self) -> None:
        check_sizes(self._sizes)
        check_features(self.features)
        if self.kernel not in KERNELS:
            raise ValueError(f"kernel: {self.kernel!r}; expected one of {', '.join(KERNELS)}")
        if self.way not in WAYS:
            raise ValueError(f"way: {self.way!r}; expected one of {', '.join(WAYS)}")

    @property
    def _sizes(self) -> Sizes:
        return Sizes(self.candidates, self.first, self.each, self.mixture)

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
        return Choosing(start, rng, self._sizes, self._choice, likeness)

    def _likeness(self, describe: Describe | None, points: Points) -> Floats:
        features = features_of(points, describe, self.features)
        return (linear_likeness if self.kernel == "linear" else smooth_likeness)(features)

    def _choice(self, posterior: Posterior, count: int, rng: np.random.Generator) -> Indices:
        if self.way == "thompson":
            return top_two(posterior, count, rng, leaders=0.5)
        return best_improvements(posterior, count)
