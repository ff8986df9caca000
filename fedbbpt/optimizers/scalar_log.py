"""A descent told by seeds and scalars: which directions were tried, and the slopes along them.

FedKSeed, Qin et al. 2024, arXiv:2312.06353; DecomFL, Li et al. 2025, arXiv:2405.15861. All is a
fold over the log: who reads the whole of it, whenever, has the same vector to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from fedbbpt.distributions import Floats, Ints, frozen_array
from fedbbpt.optimizers.descent import Descent
from fedbbpt.optimizers.directions import directions_at

NUMBERED, SLOPES, ENDS = "log_seeds", "log_slopes", "log_ends"
"""Names of a log's arrays where they stand in a state's memory."""


@dataclass(frozen=True, slots=True)
class SeedPool:
    """A finite set of directions that a seed names.

    Attributes:
        seed: >= 0.
        count: directions, >= 1.
        size: coordinates of each, >= 1.
        along: their kind, as ``directions_at`` takes it.
    """

    seed: int
    count: int
    size: int
    along: str = "gaussian"
    rows: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        drawn = directions_at(self.along, self.seed, 0, (self.count, self.size))
        object.__setattr__(self, "rows", frozen_array(drawn, name="rows"))

    def summed(self, seeds: Ints, scalars: Floats) -> Floats:
        """Return the sum of scalar times direction, shape (size,).

        Direction by direction and in the order given, never by a matrix product, whose bits depend
        on the library and the number of threads.

        Args:
            seeds: shape (n,), numbers of directions.
            scalars: shape (n,).
        """
        total: Floats = np.zeros(self.size)
        for number, scalar in zip(seeds.tolist(), scalars.tolist(), strict=True):
            total += scalar * self.rows[number]
        return total


@dataclass(frozen=True, slots=True, eq=False)
class ScalarLog:
    """What was learned, append-only.

    Attributes:
        seeds: shape (n,), numbers of directions, in the order in which they were tried.
        slopes: shape (n,), of the loss along each.
        ends: shape (steps,), how many entries there were after each step.
    """

    seeds: Ints
    slopes: Floats
    ends: Ints

    def __post_init__(self) -> None:
        bounds = np.concatenate([[0], self.ends])
        if self.seeds.shape != self.slopes.shape or self.seeds.ndim != 1:
            raise ValueError("log: not one slope a seed; ask for the log again")
        if (np.diff(bounds) < 1).any() or bounds[-1] != len(self.seeds):
            raise ValueError("log: its steps do not cover its entries; ask for the log again")
        if (self.seeds < 0).any() or not np.isfinite(self.slopes).all():
            raise ValueError("log: a seed is below 0 or a slope not finite; ask for the log again")

    @classmethod
    def empty(cls) -> Self:
        """Return the log of a search that has not begun."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))

    @classmethod
    def read(cls, memory: Mapping[str, Floats]) -> Self:
        """Return the log that ``arrays`` gave.

        Raises:
            ValueError: an array is absent, or they do not fit together.
        """
        if missing := {NUMBERED, SLOPES, ENDS} - memory.keys():
            raise ValueError(f"log: {', '.join(sorted(missing))} is absent; give the whole state")
        return cls(memory[NUMBERED].astype(np.int64), memory[SLOPES], memory[ENDS].astype(np.int64))

    def arrays(self) -> dict[str, Floats]:
        """Return the log as named arrays, which a state can carry; ``read`` is its inverse."""
        return {
            NUMBERED: frozen_array(self.seeds, name=NUMBERED),
            SLOPES: frozen_array(self.slopes, name=SLOPES),
            ENDS: frozen_array(self.ends, name=ENDS),
        }

    def after(self, seeds: Ints, slopes: Floats) -> "ScalarLog":
        """Return the log with one step more."""
        numbered = np.concatenate([self.seeds, seeds])
        ends = np.append(self.ends, len(numbered))
        return ScalarLog(numbered, np.concatenate([self.slopes, slopes]), ends)

    def steps(self) -> list[tuple[Ints, Floats]]:
        """Return seeds and slopes step by step."""
        firsts = [0, *self.ends.tolist()][:-1]
        return [
            (self.seeds[first:end], self.slopes[first:end])
            for first, end in zip(firsts, self.ends.tolist(), strict=True)
        ]

    def by_amplitude(self, count: int) -> Floats:
        """Return the chance of each of ``count`` directions, shape (count,), by its mean amplitude.

        The softmax of amplitudes brought to [0, 1]; directions not tried count as usual ones.
        """
        times = np.bincount(self.seeds, minlength=count)
        sums = np.bincount(self.seeds, np.abs(self.slopes), count)
        usual = float(np.abs(self.slopes).mean())
        amplitudes = np.where(times > 0, sums / np.maximum(times, 1), usual)
        spread = float(np.ptp(amplitudes)) or 1.0
        raw = np.exp((amplitudes - amplitudes.min()) / spread)
        chances: Floats = raw / raw.sum()
        return chances

    def sums(self, count: int) -> Floats:
        """Return what each of ``count`` directions adds up to, mean slopes a step, shape (count,).

        With a constant learning rate these sums are all that a vector depends on.
        """
        totals: Floats = np.zeros(count)
        for seeds, slopes in self.steps():
            totals = with_step(totals, seeds, slopes)
        return totals


def with_step(totals: Floats, seeds: Ints, slopes: Floats) -> Floats:
    """Return the sums after one step more, shape (count,)."""
    grown = totals.copy()
    np.add.at(grown, seeds, slopes / len(seeds))
    return grown


def placed(totals: Floats, pool: SeedPool, learning_rate: float) -> Floats:
    """Return how far plain descent is from its start, shape (size,): a function of the sums."""
    tried = np.flatnonzero(totals)
    return -learning_rate * pool.summed(tried, totals[tried])


def advanced(
    place: Floats, descent: Descent, pool: SeedPool, seeds: Ints, slopes: Floats
) -> Floats:
    """Return the place after one step of ``descent``, shape (size,)."""
    after: Floats = place - descent.step(pool.summed(seeds, slopes) / len(seeds))
    return after


def replayed(log: ScalarLog, pool: SeedPool, rule: str, learning_rate: float) -> Floats:
    """Return how far the log leads from its start, shape (size,), the same bits for everyone.

    Args:
        log: all of it.
        pool: of the same seed, count, size and kind as whoever wrote it.
        rule: ``"sgd"`` needs the sums alone; any other rule of ``Descent`` goes step by step.
        learning_rate: > 0.
    """
    if rule == "sgd":
        return placed(log.sums(pool.count), pool, learning_rate)
    descent = Descent(rule, learning_rate)
    place: Floats = np.zeros(pool.size)
    for seeds, slopes in log.steps():
        place = advanced(place, descent, pool, seeds, slopes)
    return place
