"""Dealing examples to owners: by their own domain, by chance, or skewed in their labels."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.data import Example
from fedbbpt.splits.order import by_label, in_order
from fedbbpt.splits.shares import rounded

MAX_DEALS = 1000
"""How often a Dirichlet deal is drawn before its minimum size counts as out of reach."""

MAX_ALPHA = 1e6
"""Above this the deal is by chance alone for any data a computer holds; use ``iid``."""


def owner_names(count: int) -> tuple[str, ...]:
    """Return names for ``count`` owners, padded so that they sort by number.

    >>> owner_names(2), owner_names(100)[6]
    (('client-01', 'client-02'), 'client-007')
    """
    width = max(2, len(str(count)))
    return tuple(f"client-{number:0{width}d}" for number in range(1, count + 1))


def by_key(examples: Sequence[Example]) -> dict[str, tuple[Example, ...]]:
    """Make every domain an owner, in the order of their names.

    Raises:
        ValueError: an example has no domain.
    """
    owners: dict[str, list[Example]] = {}
    for example in in_order(examples):
        if not example.domain:
            raise ValueError(
                f"example {example.id!r} has no domain; fill the column or deal by chance"
            )
        owners.setdefault(example.domain, []).append(example)
    return {name: tuple(owners[name]) for name in sorted(owners)}


def iid(
    examples: Sequence[Example], owners: int, rng: np.random.Generator
) -> dict[str, tuple[Example, ...]]:
    """Deal all examples by chance alone; sizes differ by one at most.

    Raises:
        ValueError: there is no owner, or fewer examples than owners.
    """
    _check_dealable(len(examples), owners, min_size=1)
    ordered = in_order(examples)
    hands = np.array_split(rng.permutation(len(ordered)), owners)
    return {
        name: tuple(ordered[i] for i in sorted(hand))
        for name, hand in zip(owner_names(owners), hands, strict=True)
    }


def dirichlet(
    examples: Sequence[Example],
    owners: int,
    alpha: float,
    min_size: int,
    rng: np.random.Generator,
) -> dict[str, tuple[Example, ...]]:
    """Deal all examples so that owners differ in their labels, the more the smaller ``alpha``.

    Each label is cut among the owners by one draw of Dirichlet(alpha, ..., alpha); the deal is
    drawn again until every owner has ``min_size`` examples.

    Args:
        examples: the label of each is its first target.
        owners: number of owners, >= 1.
        alpha: concentration, in (0, 1e6].
        min_size: fewest examples an owner may get, >= 1.
        rng: source of chance.

    Raises:
        ValueError: an argument is out of range, or every one of 1000 deals left an owner too small.
    """
    _check_dealable(len(examples), owners, min_size)
    if not 0 < alpha <= MAX_ALPHA:
        raise ValueError(f"alpha: {alpha} is out of range; give a number in (0, {MAX_ALPHA:g}]")
    piles = list(by_label(examples).values())
    cuts = _cut_until_fair([len(pile) for pile in piles], owners, alpha, min_size, rng)
    hands: dict[str, list[Example]] = {name: [] for name in owner_names(owners)}
    for pile, sizes in zip(piles, cuts, strict=True):
        parts = np.split(rng.permutation(len(pile)), np.cumsum(sizes)[:-1])
        for hand, part in zip(hands.values(), parts, strict=True):
            hand.extend(pile[i] for i in part)
    return {name: in_order(hand) for name, hand in hands.items()}


def _cut_until_fair(
    piles: Sequence[int], owners: int, alpha: float, min_size: int, rng: np.random.Generator
) -> list[list[int]]:
    """Return for each pile how many each owner gets, with ``min_size`` in all for each owner."""
    for _ in range(MAX_DEALS):
        cuts = [
            rounded([float(p) * size for p in shares], size, ties=range(owners))
            for size, shares in zip(
                piles, rng.dirichlet([alpha] * owners, size=len(piles)), strict=True
            )
        ]
        if all(sum(hand) >= min_size for hand in zip(*cuts, strict=True)):
            return cuts
    raise ValueError(
        f"alpha {alpha:g} with min_size {min_size} cannot be met: {MAX_DEALS} deals of "
        f"{sum(piles)} examples to {owners} owners each left an owner too small; raise alpha, or "
        "lower min_size or the number of owners"
    )


def _check_dealable(count: int, owners: int, min_size: int) -> None:
    if owners < 1:
        raise ValueError(f"owners: {owners} is too few; give at least 1")
    if min_size < 1:
        raise ValueError(f"min_size: {min_size} is too few; an owner needs at least 1 example")
    if owners * min_size > count:
        raise ValueError(
            f"owners: {count} examples cannot give {owners} owners a min_size of {min_size}; "
            "lower the number of owners or min_size"
        )
