"""Who owns which examples: one owner a domain where every domain has enough, else one in all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fedbbpt.data import Example
from fedbbpt.errors import DataError
from fedbbpt.splits import by_key, deduplicate, normalised

ENOUGH = 40
"""Fewest different texts of an owner; a third of them is the test."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Dealing:
    """The owners of a run.

    Attributes:
        split: of ``[data]``.
        sizes: different texts an owner; never empty.
        why: half a sentence for people.
        repeated: rows whose text stands on an earlier row too.
    """

    split: Literal["key", "one"]
    sizes: Mapping[str, int]
    why: str
    repeated: int


def dealing_of(examples: Sequence[Example], column: str, is_name: Callable[[str], bool]) -> Dealing:
    """Return the owners of examples.

    Args:
        examples: with their domains.
        column: of the domains; empty for none.
        is_name: tells whether an owner may be called so.

    Raises:
        DataError: too few different texts for even one owner.
    """
    distinct = deduplicate(examples).examples
    repeated = len(examples) - len(distinct)
    if len(distinct) < ENOUGH:
        raise DataError(
            f"{len(distinct)} different texts are too few to tune on some and to test on others; "
            f"give at least {ENOUGH}"
        )
    if not column:
        return Dealing("one", {ALL: len(distinct)}, "no domain: one owner", repeated)
    problem = _unfit(examples, column, is_name)
    if problem:
        return Dealing("one", {ALL: len(distinct)}, f"one owner: {problem}", repeated)
    why = f"one for each value of {column!r}"
    return Dealing("key", _sizes(examples), why, repeated)


def _unfit(examples: Sequence[Example], column: str, is_name: Callable[[str], bool]) -> str:
    if not all(example.domain for example in examples):
        return f"{column!r} is blank on some rows"
    sizes = _sizes(examples)
    if len(sizes) == 1:
        return f"{column!r} has one value only"
    smallest = min(sizes, key=lambda name: sizes[name])
    if sizes[smallest] < ENOUGH:
        return f"{smallest!r} of {column!r} has {sizes[smallest]} texts, fewer than {ENOUGH}"
    unfit = [name for name in sizes if not is_name(name)]
    if unfit:
        return (
            f"{unfit[0]!r} of {column!r} cannot be an owner's name; use letters, digits, '-', "
            "'_' and '.'"
        )
    return ""


def _sizes(examples: Sequence[Example]) -> dict[str, int]:
    """Count an owner's different texts, without those that an earlier owner has."""
    seen: set[str] = set()
    sizes: dict[str, int] = {}
    for name, hand in by_key(examples).items():
        new = {normalised(example.input) for example in hand} - seen
        seen |= new
        sizes[name] = len(new)
    return sizes
