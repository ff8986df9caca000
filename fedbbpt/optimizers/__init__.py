"""How a space is searched: from a distribution and losses to a better distribution.

To add an optimizer, write one file here with one public frozen dataclass named in ``__all__``; its
fields are its hyper-parameters.
"""

from typing import Protocol

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points


class Search(Protocol):
    """A running search, pure of endpoints and files.

    Laws: the same start, seed and losses give the same points; two searches side by side do not
    disturb each other; ``tell`` takes exactly the points of the last ``ask``.
    """

    def ask(self, count: int) -> Points:
        """Return at most ``count`` points to score, shape (n, width); none when it is finished."""
        ...

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn the losses of the points last asked, shape (n,), finite; lower is better.

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        ...

    @property
    def distribution(self) -> Distribution:
        """What the search believes now; its mode is the prompt it would return."""
        ...


class Optimizer(Protocol):
    """Hyper-parameters of a search; frozen, so that it can be shared."""

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a search at ``distribution``, drawing only from ``rng``.

        Raises:
            ValueError: this optimizer cannot search such a distribution; the text says why.
        """
        ...
