"""What one thing is worth: common questions beside independent ones, sharing beside dealing."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.comparison import binomial_tail
from fedbbpt.distributions import Floats
from fedbbpt.experiment.compare.resampling import draws, gain_of
from fedbbpt.experiment.replaying.contest import PAIRED, TRIPLE, Played
from fedbbpt.experiment.replaying.further_trials import ALLOCATION
from fedbbpt.randomness import rng

RESAMPLES = 2000
PAIRS = ((PAIRED, TRIPLE), (ALLOCATION, "SC"))
"""Rows that differ in one thing: whether questions are common, whether calls are shared."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One set, or all that count, at one budget.

    Attributes:
        set: name of the set.
        budget: calls a question that both may take.
        gain: of the first row over the second, with ``low`` and ``high`` over questions.
        p_value: exact McNemar on the first replay, two-sided.
        row: the first.
        beside: the second.
    """

    set: str
    budget: int
    gain: float
    low: float
    high: float
    p_value: float
    row: str = PAIRED
    beside: str = TRIPLE

    def text(self) -> str:
        """Return it as a line of Markdown."""
        return (
            f"- {self.row} less {self.beside} at {self.budget}: {100 * self.gain:+.1f} "
            f"({100 * self.low:+.1f} to {100 * self.high:+.1f}), p {self.p_value:.2g}"
        )


def pairing_of(name: str, here: Sequence[Played], seed: int) -> list[Pairing]:
    """Return what the rows of ``PAIRS`` make of one budget, as far as both were replayed.

    Args:
        name: of the set.
        here: all methods at the budget.
        seed: of the bootstrap.
    """
    played = {one.name: one for one in here}
    found = []
    for row, beside in PAIRS:
        if not {row, beside} <= played.keys():
            continue
        first, second = played[row].right, played[beside].right
        chance = draws(first.shape[1], 1, rng(seed, "replay bootstrap"), RESAMPLES)
        mean: Floats = first.mean(axis=0, keepdims=True)
        gain = gain_of(second.mean(axis=0, keepdims=True), mean, chance)
        p_value = mcnemar(first[0], second[0])
        low, high = gain.interval
        budget = played[row].budget
        found.append(Pairing(name, budget, gain.gain, low, high, p_value, row, beside))
    return found


def mcnemar(first: Floats, second: Floats) -> float:
    """Return the exact two-sided p-value of two rows of 0 and 1.

    >>> import numpy as np
    >>> mcnemar(np.ones(8), np.zeros(8)) == 2 / 2**8
    True
    """
    wins, losses = int((first > second).sum()), int((first < second).sum())
    return min(1.0, 2 * binomial_tail(max(wins, losses), wins + losses))
