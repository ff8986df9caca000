"""Duels of prompts under a linear preference: FedPOB-Pref, Lu 2025, arXiv:2509.24701.

Only who did better on a common block is learned, not by how much: a Bradley-Terry-Luce model of the
features' differences. The paper's agents fit theirs and send it with corrections (FedDyn); here the
merged losses of all owners decide a duel, and one fit on all duels needs none.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fedbbpt.distributions import Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers import Optimizer, Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.choosing import checked_tables, mixed_field
from fedbbpt.optimizers.evidence import Indices
from fedbbpt.optimizers.features import Describe, coordinates, linear_likeness
from fedbbpt.optimizers.preference import preference, uncertainty
from fedbbpt.optimizers.reading import Reading, check_features, features_of
from fedbbpt.optimizers.told import checked_losses

__all__ = ["Duels"]


@dataclass(frozen=True, slots=True)
class Duels:
    """Ask the preferred prompt beside those that may beat it; blocks must be fresh.

    Attributes:
        candidates: size of the field, >= 2; the starting prompt is one of them.
        first: candidates of the first round, >= 2.
        each: candidates of a later round, >= 2; the preferred one and its challengers.
        width: how much a challenger's uncertainty counts, >= 0.
        ridge: pull of the model's weights towards 0, > 0; the paper takes 1.
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
    width: float = 1.0
    ridge: float = 1.0
    features: str = "words"

    def __post_init__(self) -> None:
        for name, value in (("first", self.first), ("each", self.each)):
            if value < 2:
                raise ValueError(f"{name}: {value} is too few; a duel needs 2")
        if self.candidates < 2:
            raise ValueError(f"candidates: {self.candidates} is too few; a duel needs 2")
        if not 0 <= self.width < np.inf:
            raise ValueError(f"width: {self.width} is below 0; 1 is usual")
        if not 0 < self.ridge < np.inf:
            raise ValueError(f"ridge: {self.ridge} is not above 0; the paper takes 1")
        check_features(self.features)

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
        return _Duelling(self, start, rng, describe)


class _Duelling:
    """A running series of duels; all pairs of a round's candidates are one each."""

    def __init__(
        self,
        settings: Duels,
        start: Distribution,
        rng: np.random.Generator,
        describe: Describe | None,
    ) -> None:
        self._settings = settings
        self._start = checked_tables(start)
        self._rng = rng
        self._describe = describe
        self._points: Points = np.empty((0, len(self._start.logits)))
        self._features: Floats = np.empty((0, 1))
        self._differences: Floats = np.empty((0, 1))
        self._told: Indices = np.arange(0)
        self._asked: Indices = np.arange(0)
        self._weights: Floats = np.zeros(1)

    def ask(self, count: int) -> Points:
        """Return the candidates of the next duels; those not told yet are asked again.

        Raises:
            ValueError: ``count`` is below 2.
        """
        if count < 2:
            raise ValueError(f"count: {count} is too few; a duel needs 2 candidates")
        if not len(self._points):
            self._draw()
        if not len(self._asked):
            first = np.arange(min(count, self._settings.first, len(self._points)))
            room = min(count, self._settings.each, len(self._points))
            self._asked = self._challenged(room) if len(self._told) else first
        self._asked = self._asked[:count]
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn who did better, pair by pair; equal losses say nothing.

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._points[self._asked], points, losses)
        better, worse = np.nonzero(told[:, None] < told[None, :])
        rows = self._features[self._asked]
        self._differences = np.concatenate([self._differences, rows[better] - rows[worse]])
        self._told = np.union1d(self._told, self._asked)
        self._asked = np.arange(0)
        self._weights = preference(self._differences, self._settings.ridge)

    @property
    def distribution(self) -> Distribution:
        """The belief in the preferences; its mode is the preferred candidate of those asked."""
        if not len(self._told):
            return self._start
        losses = np.full(len(self._points), np.inf)
        losses[self._told] = -(self._features[self._told] @ self._weights)
        return belief(self._start, self._points, losses, self._preferred())

    def _draw(self) -> None:
        self._points = mixed_field(self._start, self._settings.candidates, self._rng)
        made = features_of(self._points, self._describe, self._settings.features)
        self._features = coordinates(linear_likeness(made))
        width = self._features.shape[1]
        self._differences, self._weights = np.empty((0, width)), np.zeros(width)

    def _preferred(self) -> int:
        worth = self._features[self._told] @ self._weights
        return int(self._told[np.argmax(worth)])

    def _challenged(self, count: int) -> Indices:
        champion = self._preferred()
        chosen, duels = [champion], self._differences
        apart = self._features - self._features[champion]
        while len(chosen) < count:
            doubt = uncertainty(apart, duels, self._settings.ridge)
            worth = apart @ self._weights + self._settings.width * doubt
            worth[chosen] = -np.inf
            chosen.append(int(np.argmax(worth)))
            duels = np.vstack([duels, apart[chosen[-1]]])
        return np.sort(np.array(chosen, dtype=np.intp))
