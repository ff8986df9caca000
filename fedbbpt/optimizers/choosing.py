"""A search that tests a few candidates of a fixed field at a time and chooses the next by belief.

Every round asks its candidates on one common block; what the losses say is ``Evidence``'s.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.evidence import Evidence, Indices, Posterior
from fedbbpt.optimizers.mixture import softmax_mixture
from fedbbpt.optimizers.racing import stratified_points
from fedbbpt.optimizers.told import checked_losses

Likeness = Callable[[Points], Floats]
"""Candidates of shape (n, slots) to their likeness, shape (n, n)."""


class Choice(Protocol):
    """Which candidates are worth the next round."""

    def __call__(self, posterior: Posterior, count: int, rng: np.random.Generator) -> Indices:
        """Return at most ``count`` distinct candidates, at least one."""
        ...


class Sizes(NamedTuple):
    """How much a search asks.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        first: candidates of the first round.
        each: candidates of every later round.
        mixture: temperature of a mixture as the final belief; 0 for none.
    """

    candidates: int
    first: int
    each: int
    mixture: float = 0.0


def check_sizes(sizes: Sizes) -> None:
    """Refuse sizes that cannot be meant.

    Raises:
        ValueError: the text names the field.
    """
    if sizes.candidates < 2:
        raise ValueError(f"candidates: {sizes.candidates} is too few; a choice needs at least 2")
    if sizes.first < 2:
        raise ValueError(f"first: {sizes.first} is too few; a comparison needs at least 2")
    if sizes.each < 2:
        raise ValueError(f"each: {sizes.each} is too few; a comparison needs at least 2")
    if not 0 <= sizes.mixture < np.inf:
        raise ValueError(f"mixture: {sizes.mixture} is below 0; 0 believes in one prompt")


class Choosing:
    """A running search; the field is drawn at the first ``ask`` and stays."""

    def __init__(
        self,
        start: Distribution,
        rng: np.random.Generator,
        sizes: Sizes,
        choice: Choice,
        likeness: Likeness | None = None,
        *,
        linear: bool = False,
    ) -> None:
        """Prepare a search.

        Args:
            start: tables of choices.
            rng: the only source of chance.
            sizes: how much it asks.
            choice: what the next round asks.
            likeness: of candidates, or None where none is like another.
            linear: likeness explains everything.

        Raises:
            ValueError: the start is not categorical, or has no single slot for a mixture.
        """
        self._start = checked_tables(start, mixture=sizes.mixture)
        self._rng = rng
        self._sizes = sizes
        self._choice = choice
        self._likeness = likeness
        self._linear = linear
        self._points: Points = np.empty((0, len(self._start.logits)))
        self._evidence = Evidence(0, None)
        self._posterior = self._evidence.posterior()
        self._asked: Indices = np.arange(0)
        self._rounds = 0

    def ask(self, count: int) -> Points:
        """Return the candidates of the next round; those not told yet are asked again.

        Raises:
            ValueError: ``count`` is below 2.
        """
        if count < 2:
            raise ValueError(f"count: {count} is too few; a comparison needs at least 2 candidates")
        if not len(self._points):
            self._draw()
        if not len(self._asked):
            sizes = self._sizes
            if self._rounds:
                room = min(count, sizes.each)
                self._asked = np.sort(self._choice(self._posterior, room, self._rng))
            else:
                self._asked = np.arange(min(count, sizes.first, len(self._points)))
        self._asked = self._asked[:count]
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn the losses of the candidates last asked, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._points[self._asked], points, losses)
        self._evidence.add(self._asked, told)
        self._posterior = self._evidence.posterior()
        self._asked = np.arange(0)
        self._rounds += 1

    @property
    def distribution(self) -> Distribution:
        """The belief; its mode is the told candidate with the least posterior mean."""
        if not self._rounds:
            return self._start
        told = np.where(self._posterior.times > 0, self._posterior.mean, np.inf)
        if self._sizes.mixture:
            return softmax_mixture(self._start, self._points, told, self._sizes.mixture)
        return belief(self._start, self._points, told, self._posterior.leader)

    def _draw(self) -> None:
        self._points = mixed_field(self._start, self._sizes.candidates, self._rng)
        alike = self._likeness(self._points) if self._likeness else None
        self._evidence = Evidence(len(self._points), alike, linear=self._linear)
        self._posterior = self._evidence.posterior()


def mixed_field(start: Categorical, count: int, rng: np.random.Generator) -> Points:
    """Return a field of distinct points, read-only, the origin first and the rest in any order.

    A space that is returned whole comes in its own order, in which neighbours are alike; the first
    candidates of a field should not be.
    """
    field = stratified_points(start, count, rng)
    return frozen_array(np.vstack([field[:1], rng.permutation(field[1:])]), name="points")


def checked_tables(start: Distribution, *, mixture: float = 0.0) -> Categorical:
    """Return the start as tables of choices.

    Raises:
        ValueError: it is not categorical; or a mixture is wanted and it has several slots.
    """
    if not isinstance(start, Categorical):
        raise ValueError(
            f"distribution: a selection is among listed choices, not over a "
            f"{type(start).__name__}; use a bank or a space of slots, or an optimizer of "
            "continuous spaces such as cma"
        )
    if mixture and len(start.logits) != 1:
        raise ValueError(
            f"mixture: a mixture is of whole prompts, and a prompt here has {len(start.logits)} "
            'slots; use [space] use = "bank", or mixture = 0'
        )
    return start
