"""A small genetic search over slot choices that ends in a race of the best.

Crossover of discrete prompts as in EvoPrompt's GA (Guo et al. 2024, arXiv:2309.08532), but over the
slots of a prompt, so that no call is spent on writing children.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, frozen_array, sample
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.racing import check_field, stratified_points
from fedbbpt.optimizers.told import checked_losses

__all__ = ["Genetic"]

TRIES = 100
"""Attempts to breed a child that was never scored, before the generation goes without it."""


@dataclass(frozen=True, slots=True)
class Genetic:
    """Draws a balanced field, breeds the best for some generations, then races the best few.

    A generation scores its parents again beside its children: on the same block that costs
    nothing, on a larger one it is evidence that both share.

    Attributes:
        candidates: size of the first field, >= 2; the starting prompt is one of them.
        parents: best candidates that breed, >= 2.
        children: new candidates a generation, >= 1.
        generations: how often they breed, >= 0.
        mutation: chance that a child takes a choice from the belief instead of a parent, in [0, 1].
        finalists: best candidates that are scored once more at the end, >= 1; 1 skips the race.

    Raises:
        ValueError: a value out of its range.
    """

    candidates: int = 11
    parents: int = 4
    children: int = 6
    generations: int = 1
    mutation: float = 0.1
    finalists: int = 3

    def __post_init__(self) -> None:
        check_field(self.candidates, self.finalists)
        if not 2 <= self.parents <= self.candidates:
            raise ValueError(f"parents: {self.parents} is not in [2, {self.candidates}]")
        if self.children < 1 or self.generations < 0:
            raise ValueError("children: at least 1; generations: at least 0")
        if not 0 <= self.mutation <= 1:
            raise ValueError(f"mutation: {self.mutation} is not in [0, 1]; 0.1 is usual")

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin a search at ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        if not isinstance(distribution, Categorical):
            raise ValueError(
                f"distribution: crossover is among listed choices, not over a "
                f"{type(distribution).__name__}; use a space of slots"
            )
        return _Breeding(self, distribution, rng)


class _Breeding:
    """A running genetic search; every candidate ever scored is kept with its latest loss."""

    def __init__(self, plan: Genetic, start: Categorical, rng: np.random.Generator) -> None:
        self._plan = plan
        self._start = start
        self._rng = rng
        self._points: Points = np.empty((0, len(start.logits)))
        self._losses: Floats = np.empty(0)
        self._asked: NDArray[np.intp] = np.arange(0)
        self._field: NDArray[np.intp] = np.arange(0)
        self._rounds = 0

    def ask(self, count: int) -> Points:
        """Return the first field, parents with their children, or the finalists."""
        if count < 1:
            raise ValueError(f"count: {count} is too few; give at least 1")
        if not len(self._asked):
            self._asked = self._next(count)
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Replace the losses of the candidates last asked."""
        self._losses[self._asked] = checked_losses(self._points[self._asked], points, losses)
        self._field, self._asked = self._asked, np.arange(0)
        self._rounds += 1

    @property
    def distribution(self) -> Distribution:
        """The belief in the losses told; its mode is the best candidate of the latest round."""
        if not self._rounds:
            return self._start
        return self._belief()

    def _next(self, count: int) -> NDArray[np.intp]:
        plan = self._plan
        if self._rounds == 0:
            return self._added(
                stratified_points(self._start, min(count, plan.candidates), self._rng)
            )
        if self._rounds <= plan.generations:
            parents = self._best(min(plan.parents, count))
            room = max(0, min(plan.children, count - len(parents)))
            children = self._added(self._bred(parents, room))
            return np.sort(np.concatenate([parents, children]))
        if self._rounds == plan.generations + 1 and plan.finalists > 1:
            return np.sort(self._best(min(plan.finalists, count)))
        return np.arange(0)

    def _added(self, points: Points) -> NDArray[np.intp]:
        first = len(self._points)
        self._points = np.concatenate([self._points, points])
        self._losses = np.concatenate([self._losses, np.full(len(points), np.inf)])
        return np.arange(first, len(self._points))

    def _best(self, count: int) -> NDArray[np.intp]:
        # Only the latest field was scored on one block; older losses do not compare with its.
        order = np.argsort(self._losses[self._field], kind="stable")
        return self._field[order[:count]]

    def _belief(self) -> Categorical:
        return belief(self._start, self._points, self._losses, int(self._best(1)[0]))

    def _bred(self, parents: NDArray[np.intp], count: int) -> Points:
        known = {tuple(point) for point in self._points.tolist()}
        table = self._belief()
        children: list[list[float]] = []
        for _ in range(TRIES * count):
            if len(children) == count:
                break
            child = self._child(self._points[parents], table)
            if tuple(child) not in known:
                known.add(tuple(child))
                children.append(child)
        return np.array(children, dtype=np.float64).reshape(len(children), self._points.shape[1])

    def _child(self, parents: Points, table: Categorical) -> list[float]:
        rank = np.arange(len(parents), 0, -1, dtype=np.float64)
        first, second = self._rng.choice(len(parents), size=2, replace=False, p=rank / rank.sum())
        mixed = np.where(self._rng.random(parents.shape[1]) < 0.5, parents[first], parents[second])
        drawn = sample(table, 1, self._rng)[0]
        child = np.where(self._rng.random(parents.shape[1]) < self._plan.mutation, drawn, mixed)
        return [float(choice) for choice in child]
