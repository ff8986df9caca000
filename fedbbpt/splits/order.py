"""Examples in an order, and in piles, that do not depend on how a file happened to list them."""

from collections.abc import Iterable

from fedbbpt.data import Example


def in_order(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return the examples sorted by id; whatever is drawn next depends on the set alone."""
    return tuple(sorted(examples, key=lambda e: (e.id, e.input, e.targets, e.domain)))


def by_label(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """Return one pile for each first target, piles and contents sorted."""
    piles: dict[str, list[Example]] = {}
    for example in in_order(examples):
        piles.setdefault(example.targets[0], []).append(example)
    return {label: piles[label] for label in sorted(piles)}
