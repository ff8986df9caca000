"""How a space is searched: from a distribution and losses to a better distribution.

To add an optimizer, write one file here with one public frozen dataclass named in ``__all__``; its
fields are its hyper-parameters.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

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


class Best(NamedTuple):
    """The best point of a search so far.

    ``point`` has shape (width,), ``loss`` is the mean of its ``times`` measurements.
    """

    point: Points
    loss: float
    times: int


@runtime_checkable
class VectorSearch(Search, Protocol):
    """A search over vectors, which moves a mean and may end for a reason of its own."""

    @property
    def best(self) -> Best | None:
        """The best point asked so far, not the distribution's mode; None before any loss."""
        ...

    @property
    def ended(self) -> str:
        """Why it ended, for example a collapsed step size; empty while it goes on."""
        ...


@runtime_checkable
class Rechecks(VectorSearch, Protocol):
    """A search over vectors that asks its mean and its best again, side by side."""

    @property
    def preferred(self) -> Floats | None:
        """The point that did better than the mean when both were asked last, shape (width,).

        None where the mean did no worse, or nothing was asked again.
        """
        ...


@runtime_checkable
class ScalarSearch(Search, Protocol):
    """A search that a log of seeds and scalars tells whole; the server's state carries the log."""

    @property
    def scalars(self) -> Mapping[str, Floats]:
        """The log so far, as named arrays."""
        ...


class Optimizer(Protocol):
    """Hyper-parameters of a search; frozen, so that it can be shared."""

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a search at ``distribution``, drawing only from ``rng``.

        Raises:
            ValueError: this optimizer cannot search such a distribution; the text says why.
        """
        ...


@runtime_checkable
class SharesDirections(Optimizer, Protocol):
    """An optimizer whose steps along common directions add up over owners."""

    def start_with(
        self, distribution: Distribution, rng: np.random.Generator, seed: int
    ) -> ScalarSearch:
        """Begin a search along directions that ``seed`` names.

        Raises:
            ValueError: as ``start``, or its steps do not add up.
        """
        ...


@runtime_checkable
class ReadsPrompts(Optimizer, Protocol):
    """An optimizer that does better when it knows what the points of its space say."""

    def reading(self, describe: Callable[[Floats], str]) -> Optimizer:
        """Return the same optimizer that asks ``describe`` for the text of a point.

        Law: it asks as many points a round as without.
        """
        ...


@runtime_checkable
class AsksNearby(Optimizer, Protocol):
    """An optimizer of vectors that does better when it knows which points mean the same prompt."""

    def among(self, place: Callable[[Floats], Floats]) -> Optimizer:
        """Return the same optimizer that asks points at ``place`` of where it would have asked.

        ``place`` takes a point to that of the candidate it means, both of shape (width,); it may
        answer otherwise after every round, as candidates join. Law: no more points a round than
        without.
        """
        ...


@runtime_checkable
class NeedsFreshBlocks(Optimizer, Protocol):
    """An optimizer that takes every round's losses as new evidence; blocks must not overlap."""

    fresh_blocks: ClassVar[bool]
