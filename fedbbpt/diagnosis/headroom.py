"""Whether prompts differ by more than chance: the spread of their scores, estimated in pairs.

Two-way analysis of variance over prompts and items (Fisher 1925), with the degrees of freedom cut
for unequal correlations (Greenhouse and Geisser 1959), both from sums over pairs of prompts.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats

LEAST = 0.02
"""Smallest standard deviation of prompts' scores that is worth a search."""

LEVEL = 0.95
WIDEST = 0.5
"""Largest standard deviation of scores in [0, 1]."""

WORTH, NOT_WORTH, OPEN = "worth tuning", "not worth it", "cannot tell"


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """Additive sums over items; scores are in [0, 1], the start is prompt 0.

    Law: the sums of two sets of items together are the sums of their sums.

    Attributes:
        items: scored under every prompt.
        differences: shape (prompts, prompts), at [first, second] the scores of the second less
            those of the first.
        squares: the same of squared differences.
    """

    items: int
    differences: Floats
    squares: Floats

    def __add__(self, other: "PairSums") -> "PairSums":
        return PairSums(
            self.items + other.items,
            self.differences + other.differences,
            self.squares + other.squares,
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """How far prompts differ beyond chance.

    Attributes:
        prompts: compared, >= 1.
        items: that each was scored on.
        estimate: standard deviation between prompts' true scores.
        low: lower end of its interval at 90 %.
        high: upper end.
        error: variance of one score that is left after prompt and item.
        freedom: degrees of freedom between prompts.
        lead: score of the best prompt less that of the start; it flatters the best.
    """

    prompts: int
    items: int
    estimate: float
    low: float
    high: float
    error: float
    freedom: float
    lead: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether tuning is worth it.

    Attributes:
        verdict: ``worth tuning``, ``not worth it`` or ``cannot tell``.
        calls: that would tell, where it cannot be told now; else 0.
    """

    verdict: str
    calls: int = 0


class Headroom(NamedTuple):
    """What a headroom test says.

    Attributes:
        verdict: whether tuning is worth it.
        spread: of the prompts; None where the space holds one prompt only.
        calls: made now.
        missing: items without a reply.
    """

    verdict: Verdict
    spread: Spread | None
    calls: int
    missing: int


def pair_sums(scores: Floats) -> PairSums:
    """Return the sums of ``scores``, shape (prompts, items)."""
    differences = scores[None, :, :] - scores[:, None, :]
    return PairSums(scores.shape[1], differences.sum(axis=2), (differences**2).sum(axis=2))


def spread_of(sums: PairSums) -> Spread:
    """Return the spread that the sums show.

    Raises:
        ValueError: fewer than 2 prompts or 2 items.
    """
    prompts, items = len(sums.differences), sums.items
    if prompts < 2 or items < 2:
        raise ValueError(f"{prompts} prompts on {items} items: no spread; give at least 2 of each")
    means: Floats = sums.differences / items
    covariance = _covariance(sums.squares / items - means**2)
    between = float((means**2).sum()) / 2 / prompts / (prompts - 1)
    within = float(np.trace(covariance)) * items / (items - 1) / (prompts - 1)
    # Scores that never differ may still do so on 3 of the next scores (the rule of three).
    error = max(within, 3 / (prompts * items))
    squared = float((covariance**2).sum())
    share = float(np.trace(covariance)) ** 2 / squared if squared > 0 else prompts - 1.0
    freedom = min(max(share, 1.0), prompts - 1.0)
    ratio = between * items / error

    def deviation(ratio: float) -> float:
        return math.sqrt(max(0.0, (ratio - 1) * error / items))

    narrow, wide = (_chi_square(level, freedom) / freedom for level in (LEVEL, 1 - LEVEL))
    return Spread(
        prompts=prompts,
        items=items,
        estimate=deviation(ratio),
        low=deviation(ratio / narrow),
        # Prompts that by luck are closer than chance puts them are no evidence for less spread.
        high=min(WIDEST, deviation(max(ratio, 1.0) / wide)),
        error=error,
        freedom=freedom,
        lead=float(means[0].max()),
    )


def judge(spread: Spread, least: float = LEAST) -> Verdict:
    """Return whether prompts differ by at least ``least``, and what it takes to tell."""
    if spread.low > 0 and spread.estimate >= least:
        return Verdict(WORTH)
    if spread.high < least:
        return Verdict(NOT_WORTH)
    quantile = _chi_square(1 - LEVEL if spread.estimate < least else LEVEL, spread.freedom)
    share = quantile / spread.freedom
    factor = 1 / share - 1 if spread.estimate < least else share - 1
    items = factor * spread.error / max(least, spread.estimate) ** 2
    more = max(math.ceil(items), spread.items + spread.items // 2)
    return Verdict(OPEN, spread.prompts * more)


def _covariance(variances: Floats) -> Floats:
    """Return the double-centred covariance of prompts from variances of their differences."""
    size = len(variances)
    centre = np.eye(size) - 1 / size
    covariance: Floats = -centre @ variances @ centre / 2
    return covariance


def _chi_square(level: float, freedom: float) -> float:
    """Return a quantile of chi-square (Wilson and Hilferty 1931), good to 2 % from 3 on."""
    spread = 2 / (9 * freedom)
    root = 1 - spread + NormalDist().inv_cdf(level) * math.sqrt(spread)
    return freedom * max(root, 0.01) ** 3
