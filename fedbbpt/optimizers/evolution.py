"""Evolution among instructions of a bank that grows: Guo et al. 2024, arXiv:2309.08532.

The search chooses parents and survivors; the texts of children are a proposer's. Survivors are
scored beside their children on one common block, which costs them nothing: it is the block that
they were scored on. The best can be raced on larger, nested blocks, after every generation (as in
CAPO, Zehle et al. 2025, arXiv:2504.16005) and at the end.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.growing import Wish
from fedbbpt.optimizers.racing import stratified_points
from fedbbpt.optimizers.told import checked_losses

__all__ = ["Evolution"]

SELECTIONS = ("roulette", "tournament", "best")
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Evolution:
    """Breeds the best instructions for some generations, then races the best few.

    Attributes:
        population: candidates that survive a generation, >= 2.
        children: new instructions wanted a generation, >= 1.
        generations: how often they breed, >= 0.
        parents: candidates that a proposer is given, in [1, population].
        elites: of these, how many are the best for certain, in [0, parents].
        selection: how the others are drawn: ``"roulette"`` by exp(-loss), ``"tournament"`` the
            better one of two, ``"best"`` by loss alone.
        race: score the better half again on a larger block before the others are dropped.
        finalists: best candidates that are scored once more at the end, >= 1; 1 skips it.

    Raises:
        ValueError: a value out of its range.
    """

    population: int = 6
    children: int = 6
    generations: int = 3
    parents: int = 4
    elites: int = 1
    selection: str = "roulette"
    race: bool = False
    finalists: int = 3

    def __post_init__(self) -> None:
        if self.population < 2 or self.children < 1 or self.generations < 0:
            raise ValueError("population: at least 2; children: at least 1; generations: from 0")
        if not 1 <= self.parents <= self.population:
            raise ValueError(f"parents: {self.parents} is not in [1, {self.population}]")
        if not 0 <= self.elites <= self.parents:
            raise ValueError(f"elites: {self.elites} is not in [0, {self.parents}]")
        if self.selection not in SELECTIONS:
            raise ValueError(f"selection: {self.selection!r}; use {', '.join(SELECTIONS)}")
        if self.finalists < 1:
            raise ValueError(f"finalists: {self.finalists} is too few; 1 skips the last race")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a search at ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        if not isinstance(distribution, Categorical):
            raise ValueError(
                f"distribution: evolution is among listed choices, not over a "
                f"{type(distribution).__name__}; use a space of instructions"
            )
        return _Evolving(self, distribution, rng)


class _Evolving:
    """A running search; a candidate is a row of ``_points``.

    ``_field`` is what was scored last in full, ``_survivors`` what is left of it, best first.
    ``_common`` holds losses on the smallest block, which every candidate was scored on;
    ``_latest`` those on the largest.
    """

    def __init__(self, plan: Evolution, start: Categorical, rng: np.random.Generator) -> None:
        self._plan = plan
        self._start = start
        self._rng = rng
        self._points: Points = np.empty((0, len(start.logits)))
        self._common: Floats = np.empty(0)
        self._latest: Floats = np.empty(0)
        self._asked: Places = np.arange(0)
        self._survivors: Places = np.arange(0)
        self._children: Places = np.arange(0)
        self._racing = False
        self._generation = 0
        self._wished: Wish | None = None
        self._stopped = False
        self._finished = False

    @property
    def wish(self) -> Wish | None:
        """Children of the survivors, once these are known and more generations are left."""
        settled = len(self._survivors) and not len(self._asked) and not self._racing
        if not settled or self._finished or self._stopped or len(self._children):
            return None
        if self._generation >= self._plan.generations:
            return None
        if self._wished is None:
            chosen = self._mating()
            rest = min(self._plan.finalists, len(self._survivors))
            self._wished = Wish(
                frozen_array(self._points[chosen], name="parents"),
                frozen_array(self._common[chosen], name="losses"),
                self._plan.children,
                rest if self._plan.finalists > 1 else 0,
            )
        return self._wished

    @property
    def scored(self) -> dict[int, float]:
        """Losses on the common block by number; only of a search among one slot's choices."""
        known = np.flatnonzero(np.isfinite(self._common))
        return {int(self._points[place, 0]): float(self._common[place]) for place in known}

    def grow(self, choices: int) -> None:
        """Take the new choices of the slot as the children of this generation."""
        if self.wish is None or len(self._start.logits) != 1:
            raise ValueError("grow: nothing was wished; only a search of one slot wishes")
        old = self._start.logits[0].size
        if choices < old:
            raise ValueError(f"choices: {choices} are fewer than the {old} there are")
        self._start = Categorical((np.zeros(choices),))
        new = np.arange(old, choices, dtype=np.float64)[:, None]
        self._children = self._added(new)
        self._next_generation()

    def stop_growing(self) -> None:
        """Go on to the last race."""
        self._stopped = True

    def ask(self, count: int) -> Points:
        """Return the first field, survivors with their children, or those who race."""
        if count < 1:
            raise ValueError(f"count: {count} is too few; give at least 1")
        while not len(self._asked) and not self._finished:
            self._asked = self._next(count)
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn the losses of the candidates last asked; they replace earlier ones."""
        told = checked_losses(self._points[self._asked], points, losses)
        asked, self._asked = self._asked, np.arange(0)
        self._latest[asked] = told
        order = asked[np.argsort(told, kind="stable")]
        if self._racing:
            self._racing = False
            others = self._survivors[~np.isin(self._survivors, order)]
            self._survivors = np.concatenate([order, others])[: self._plan.population]
            return
        self._common[asked] = told
        self._racing = self._plan.race and len(order) > 3
        self._survivors = order if self._racing else order[: self._plan.population]
        self._children = np.arange(0)

    @property
    def distribution(self) -> Distribution:
        """The belief in the losses told; its mode is the best candidate of the latest round."""
        if not len(self._survivors):
            return self._start
        return belief(self._start, self._points, self._latest, int(self._survivors[0]))

    def _next(self, count: int) -> Places:
        plan = self._plan
        if not len(self._points):
            first = stratified_points(self._start, min(count, plan.population), self._rng)
            return self._added(first)
        if self._racing:
            half = math.ceil(len(self._survivors) / 2)
            return np.sort(self._survivors[: min(half, count)])
        if len(self._children):
            room = max(1, count - len(self._children))
            field = np.concatenate([self._survivors[:room], self._children[: count - 1]])
            return np.sort(field)
        if self.wish is not None:  # nobody grants it: this generation is without children
            self._next_generation()
            return np.arange(0)
        return self._last_race(count)

    def _last_race(self, count: int) -> Places:
        self._finished = True
        if self._plan.finalists == 1 or len(self._survivors) < 2:
            return np.arange(0)
        self._racing = True
        return np.sort(self._survivors[: min(self._plan.finalists, count)])

    def _next_generation(self) -> None:
        self._wished = None
        self._generation += 1

    def _added(self, points: Points) -> Places:
        first, more = len(self._points), np.full(len(points), np.inf)
        self._points = np.concatenate([self._points, points])
        self._common = np.concatenate([self._common, more])
        self._latest = np.concatenate([self._latest, more])
        return np.arange(first, len(self._points))

    def _mating(self) -> Places:
        """Return distinct parents, the best first."""
        plan, pool = self._plan, self._survivors
        size = min(plan.parents, len(pool))
        if plan.selection == "best":
            return pool[:size]
        chosen = list(pool[: min(plan.elites, size)])
        others = [place for place in pool if place not in chosen]
        while len(chosen) < size:
            picked = self._picked(others)
            others.remove(picked)
            chosen.append(picked)
        return np.array([place for place in pool if place in chosen], dtype=np.intp)

    def _picked(self, others: list[np.intp]) -> np.intp:
        losses = self._common[others]
        if self._plan.selection == "tournament":
            drawn = self._rng.integers(len(others), size=2)
            return others[int(min(drawn, key=lambda place: (losses[place], place)))]
        shares: Floats = np.exp(losses.min() - losses)
        return others[int(self._rng.choice(len(others), p=shares / shares.sum()))]
