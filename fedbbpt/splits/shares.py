"""How much of an owner's examples each role gets, as fractions or as counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SLACK = 1e-9
"""Decimal fractions such as 0.6 + 0.2 + 0.2 may miss their sum by this much."""


@dataclass(frozen=True, slots=True)
class Shares:
    """The sizes of train, dev and test.

    Whole numbers are counts. With a float among them all are fractions in [0, 1], sum at most 1.

    Raises:
        ValueError: a share is out of range, or the fractions pass 1.

    >>> Shares(0.6, 0.2, 0.2).sizes(10), Shares(4, 2, 1).sizes(10)
    ((6, 2, 2), (4, 2, 1))
    """

    train: float
    dev: float
    test: float

    def __post_init__(self) -> None:
        for name, share in self.by_role().items():
            if not (math.isfinite(share) and share >= 0):
                raise ValueError(f"shares: {name} is {share}; give a fraction or a count, >= 0")
            if self.fractional and share > 1:
                raise ValueError(
                    f"shares: {name} is {share}, with a fraction beside it or as one; give three "
                    "fractions in [0, 1], or three whole numbers"
                )
        total = sum(self.by_role().values())
        if total == 0:
            raise ValueError("shares: all three are 0; give at least one role something")
        if self.fractional and total > 1 + SLACK:
            raise ValueError(f"shares: the fractions sum to {total:g}; they may sum to 1 at most")

    @property
    def fractional(self) -> bool:
        """Whether the shares are fractions and not counts."""
        return any(isinstance(share, float) for share in self.by_role().values())

    def by_role(self) -> dict[str, float]:
        """Return the shares by the names of the roles."""
        return {"train": self.train, "dev": self.dev, "test": self.test}

    def sizes(self, total: int) -> tuple[int, int, int]:
        """Return how many of ``total`` examples train, dev and test get.

        Raises:
            ValueError: more is asked than there is, or a role that was asked for would be empty.
        """
        wanted = [share * total for share in self.by_role().values()]
        if self.fractional:
            train, dev, test = rounded(wanted, math.floor(sum(wanted) + SLACK), ties=range(3))
        else:
            train, dev, test = int(self.train), int(self.dev), int(self.test)
        if train + dev + test > total:
            raise ValueError(
                f"shares: {train + dev + test} examples are asked for, {total} are there"
            )
        for (name, share), size in zip(self.by_role().items(), (train, dev, test), strict=True):
            if share > 0 and size == 0:
                raise ValueError(
                    f"shares: {name} {share} of {total} is no example; raise it or set it to 0"
                )
        return train, dev, test


def rounded(wanted: Sequence[float], total: int, ties: Sequence[int]) -> list[int]:
    """Round to whole numbers that sum to ``total``, the largest fractional parts up first.

    Args:
        wanted: values >= 0 whose sum is ``total`` or less than 1 above it.
        total: the sum to reach.
        ties: every index once; among equal fractional parts the earlier is rounded up first.

    >>> rounded([1.5, 1.5, 2.0], 5, ties=[1, 0, 2])
    [1, 2, 2]
    """
    whole = [math.floor(value) for value in wanted]
    order = sorted(ties, key=lambda i: whole[i] - wanted[i])
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole
