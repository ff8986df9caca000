"""The same text may stand in one place only: a repeat across roles would leak the sealed test."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedbbpt.data import Example
from fedbbpt.splits.order import in_order


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """Examples with distinct texts.

    Attributes:
        examples: sorted by id.
        dropped: number of repeats left out.
    """

    examples: tuple[Example, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class Separated:
    """Three roles that share no text.

    Attributes:
        train: sorted by id.
        dev: sorted by id.
        test: sorted by id.
        dropped: number of examples lost by "train", "dev" and "test" (always 0).
    """

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    dropped: Mapping[str, int]


def normalised(text: str) -> str:
    r"""Return the form in which two texts count as the same: NFC, case-folded, single spaces.

    >>> normalised("  Straße\n IS ") == normalised("STRASSE is")
    True
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def deduplicate(examples: Sequence[Example]) -> Deduplicated:
    """Keep one example a text: of equal texts the one whose id sorts first."""
    kept: dict[str, Example] = {}
    for example in in_order(examples):
        kept.setdefault(normalised(example.input), example)
    return Deduplicated(tuple(kept.values()), len(examples) - len(kept))


def drop_across(
    train: Sequence[Example], dev: Sequence[Example], test: Sequence[Example]
) -> Separated:
    """Let a text stand in one role only: test keeps it before dev, dev before train.

    Repeats inside one role are left to ``deduplicate``.
    """
    sealed = {normalised(example.input) for example in test}
    kept_dev = tuple(e for e in in_order(dev) if normalised(e.input) not in sealed)
    taken = sealed | {normalised(example.input) for example in kept_dev}
    kept_train = tuple(e for e in in_order(train) if normalised(e.input) not in taken)
    dropped = {"train": len(train) - len(kept_train), "dev": len(dev) - len(kept_dev), "test": 0}
    return Separated(kept_train, kept_dev, in_order(test), dropped)
