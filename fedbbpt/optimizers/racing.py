"""A race: a fixed field of candidates that shrinks as their common evidence grows.

Every round all survivors are scored on one common block. Blocks are nested and a later loss
replaces an earlier one of the same candidate, so that no earlier pull is ever thrown away.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, frozen_array
from fedbbpt.optimizers.belief import belief
from fedbbpt.optimizers.mixture import check_whole, softmax_mixture
from fedbbpt.optimizers.told import checked_losses

Indices = NDArray[np.intp]

SWAPS = 50
"""Attempts, a candidate, to tell equal candidates apart without touching the balance of choices."""


def check_field(candidates: int, finalists: int) -> None:
    """Refuse a field that cannot be raced.

    Raises:
        ValueError: fewer than 2 candidates, or finalists outside [1, candidates].
    """
    if candidates < 2:
        raise ValueError(f"candidates: {candidates} is too few; a race needs at least 2")
    if not 1 <= finalists <= candidates:
        raise ValueError(
            f"finalists: {finalists} is not in [1, {candidates}]; "
            "give at least 1 and no more than candidates"
        )


def check_mixture(mixture: float, finalists: int) -> None:
    """Refuse a mixture that a race cannot end with.

    Raises:
        ValueError: a temperature below 0, or a mixture of one finalist.
    """
    if not 0 <= mixture < np.inf:
        raise ValueError(f"mixture: {mixture} is below 0; 0 believes in one prompt")
    if mixture and finalists < 2:
        raise ValueError(
            f"mixture: of {finalists} finalist it is one prompt; set finalists, for example 4"
        )


class Race:
    """A running elimination; ``keep`` says how many of n candidates go on to the next round.

    The field is drawn at the first ``ask``, no larger than its ``count``; a smaller count later
    drops the worst so far. The race ends with the ``tell`` that leaves ``finalists``. Among equal
    losses the earlier candidate stays, and the starting prompt is the earliest.

    The distribution is ``belief`` in the losses told, or with a temperature the softmax mixture of
    the survivors, which were all told on one block; its mode is always the leader.
    """

    def __init__(
        self,
        start: Distribution,
        rng: np.random.Generator,
        *,
        candidates: int,
        finalists: int,
        keep: Callable[[int], int],
        mixture: float = 0.0,
    ) -> None:
        """Prepare a race of ``candidates`` points drawn by ``stratified_points``.

        Raises:
            ValueError: the start is not categorical, or has several slots where a mixture of whole
                prompts is wanted.
        """
        if not isinstance(start, Categorical):
            raise ValueError(
                f"distribution: a race is among listed choices, not over a {type(start).__name__}; "
                "use a space of slots, or an optimizer of continuous spaces such as cma"
            )
        if mixture:
            check_whole(start)
        self._start = start
        self._rng = rng
        self._mixture = mixture
        self._candidates = candidates
        self._finalists = finalists
        self._keep = keep
        self._points: Points = np.empty((0, len(start.logits)))
        self._losses: Floats = np.empty(0)
        self._active = np.arange(0)
        self._asked = np.arange(0)
        self._finished = False

    def ask(self, count: int) -> Points:
        """Return the candidates still running, shape (n, width), or none after the finish.

        Raises:
            ValueError: ``count`` is below 1.
        """
        if count < 1:
            raise ValueError(f"count: {count} is too few; a race needs at least 1")
        if not len(self._points):
            field = stratified_points(self._start, min(count, self._candidates), self._rng)
            self._points = frozen_array(field, name="points")
            self._losses = np.full(len(field), np.inf)
            self._active = np.arange(len(field))
        if not self._finished:
            self._active = self._best(count)
            self._asked = self._active
        return frozen_array(self._points[self._asked], name="points")

    def tell(self, points: Points, losses: Floats) -> None:
        """Replace the losses of the candidates last asked, shape (n,), and drop the worst.

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._points[self._asked], points, losses)
        self._losses[self._asked] = told
        kept = min(self._keep(len(told)), len(told) - 1)
        self._active = self._best(max(kept, self._finalists))
        self._asked = np.arange(0)
        self._finished = len(self._active) <= self._finalists

    @property
    def distribution(self) -> Distribution:
        """The belief in the losses told; the start before any."""
        if not np.isfinite(self._losses).any():
            return self._start
        if self._mixture:
            alive = np.full(len(self._losses), np.inf)
            alive[self._active] = self._losses[self._active]
            return softmax_mixture(self._start, self._points, alive, self._mixture)
        return belief(self._start, self._points, self._losses, int(self._best(1)[0]))

    def _best(self, count: int) -> Indices:
        order = np.argsort(self._losses[self._active], kind="stable")
        return np.sort(self._active[order[:count]])


def stratified_points(start: Categorical, count: int, rng: np.random.Generator) -> Points:
    """Draw distinct points, the origin first, in which every choice has its fair share.

    In each slot a choice of probability p stands in about ``count * p`` points (exactly, up to
    rounding, the origin and what distinctness costs in very small or very uneven spaces). A space
    with no more than ``count`` points is returned whole.

    Args:
        start: gives the shares.
        count: how many, >= 1.
        rng: the only source of chance.

    Returns:
        Shape (min(count, points of the space), slots).

    >>> stratified_points(Categorical((np.zeros(2), np.zeros(1))), 5, np.random.default_rng(0))
    array([[0., 0.],
           [1., 0.]])
    """
    sizes = [slot.size for slot in start.logits]
    if math.prod(sizes) <= count:
        return np.array(list(itertools.product(*map(range, sizes))), dtype=np.float64)
    columns = [_column(p, count, rng) for p in start.probabilities]
    points = _swapped_apart(np.stack(columns, axis=1).astype(np.float64), rng)
    return _walked_apart(points, sizes, rng)


def _column(shares: Floats, count: int, rng: np.random.Generator) -> Indices:
    exact = shares * count
    quota = np.floor(exact + 1e-9).astype(np.intp)
    remainder = np.round(exact - quota, 9)
    by_remainder = np.lexsort((rng.random(shares.size), -remainder))
    quota[by_remainder[: count - int(quota.sum())]] += 1
    if not quota[0]:  # the origin needs one: take it from the choice most above its share
        quota[np.argmax(np.where(quota > 0, quota - exact, -np.inf))] -= 1
        quota[0] = 1
    column = np.repeat(np.arange(shares.size), quota)
    return np.concatenate([column[:1], rng.permutation(column[1:])])


def _repeats(points: Points) -> list[int]:
    seen: set[tuple[float, ...]] = set()
    repeats = []
    for row, point in enumerate(map(tuple, points.tolist())):
        if point in seen:
            repeats.append(row)
        seen.add(point)
    return repeats


def _swapped_apart(points: Points, rng: np.random.Generator) -> Points:
    repeats = _repeats(points)
    for _ in range(SWAPS * len(points)):
        if not repeats:
            break
        row, other = repeats[rng.integers(len(repeats))], int(rng.integers(1, len(points)))
        slot = rng.integers(points.shape[1])
        trial = points.copy()
        trial[[row, other], slot] = points[[other, row], slot]
        if len(_repeats(trial)) <= len(repeats):
            points, repeats = trial, _repeats(trial)
    return points


def _walked_apart(points: Points, sizes: list[int], rng: np.random.Generator) -> Points:
    # Ends with probability 1: the caller made sure that the space holds unseen points.
    apart = points.copy()
    seen = set(map(tuple, points.tolist()))
    for row in _repeats(points):
        while tuple(apart[row].tolist()) in seen:
            slot = rng.integers(len(sizes))
            apart[row, slot] = rng.integers(sizes[slot])
        seen.add(tuple(apart[row].tolist()))
    return apart
