"""Drawing roles and few-shot sets that keep the labels in proportion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.data import Example
from fedbbpt.splits.order import by_label, in_order
from fedbbpt.splits.shares import Shares, rounded


class Roles(NamedTuple):
    """The three roles of one owner's examples, each sorted by id."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]


def roles(examples: Sequence[Example], shares: Shares, rng: np.random.Generator) -> Roles:
    """Draw disjoint roles of exactly the asked sizes, each with the labels of the whole.

    Test is drawn first, dev from what is left, then train: in each, the count of a label is less
    than one example off its proportion in what it was drawn from.

    Raises:
        ValueError: the shares cannot be met with this many examples.
    """
    train_size, dev_size, test_size = shares.sizes(len(examples))
    piles = {
        label: [pile[i] for i in rng.permutation(len(pile))]
        for label, pile in by_label(examples).items()
    }
    test = _take(piles, test_size, rng)
    dev = _take(piles, dev_size, rng)
    return Roles(train=_take(piles, train_size, rng), dev=dev, test=test)


def k_shot(examples: Sequence[Example], k: int, rng: np.random.Generator) -> tuple[Example, ...]:
    """Draw ``k`` examples of every label that occurs, sorted by id.

    Raises:
        ValueError: ``k`` is below 1, or a label has fewer examples.
    """
    if k < 1:
        raise ValueError(f"k: {k} is too few; give at least 1 example a label")
    drawn: list[Example] = []
    for label, pile in by_label(examples).items():
        if len(pile) < k:
            raise ValueError(
                f"k: {k} examples a label are asked for, label {label!r} has {len(pile)}; "
                "lower k or add examples"
            )
        drawn.extend(pile[i] for i in rng.permutation(len(pile))[:k])
    return in_order(drawn)


def _take(
    piles: dict[str, list[Example]], size: int, rng: np.random.Generator
) -> tuple[Example, ...]:
    """Take ``size`` examples off the piles in proportion to what is left of each."""
    left = sum(len(pile) for pile in piles.values())
    wanted = [len(pile) * size / max(left, 1) for pile in piles.values()]
    # Ties go by chance: by name, rare labels early in the alphabet would always land in test.
    counts = rounded(wanted, size, ties=[int(i) for i in rng.permutation(len(piles))])
    taken: list[Example] = []
    for pile, count in zip(piles.values(), counts, strict=True):
        taken.extend(pile.pop() for _ in range(count))
    return in_order(taken)
