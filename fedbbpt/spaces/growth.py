"""What an instruction must be like to join a bank that grows, and what such a bank can do."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.codec.fields import LONGEST_TEXT, MOST_TEXTS
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library.templates import LABELS, misspelt
from fedbbpt.prompts import INPUT, escape_special
from fedbbpt.spaces import Space
from fedbbpt.spaces.wording import Wordings

LONGEST = LONGEST_TEXT
"""Characters of one text at most, whatever a run file allows."""

TOO_LONG, ALIKE, TOO_MANY = "too long", "known already", "too many"
NO_REPLY, NO_TEXT = "no reply", "no instruction in the reply"
REASONS = (
    "empty",
    TOO_LONG,
    "control character",
    "control token",
    "input place",
    "misspelt place",
    ALIKE,
    TOO_MANY,
    NO_REPLY,
    NO_TEXT,
)
"""Why a proposed text is dropped, in the order in which reports count them."""


@runtime_checkable
class GrowingSpace(Space, Protocol):
    """A space of one numbered list of instructions that more can be added to.

    Laws: choice 0 is the start's; the point of a choice keeps its prompt when the list grows; the
    list grown by nothing is the list; growing twice is growing by both.
    """

    @property
    def texts(self) -> tuple[str, ...]:
        """The instruction of every choice, topic and labels filled in."""
        ...

    @property
    def wordings(self) -> Wordings:
        """The label words; the first choice is what texts say."""
        ...

    def number(self, point: Floats) -> int:
        """Return the choice that a point stands for.

        Raises:
            ValueError: the point does not lie in the space.
        """
        ...

    def point(self, number: int) -> Floats:
        """Return a point that stands for a choice, shape (width,)."""
        ...

    def grown(self, texts: Sequence[str]) -> "GrowingSpace":
        """Return the space with more instructions at its end.

        Raises:
            ValueError: too many, or one that ``fault`` refuses.
        """
        ...


class Admitted(NamedTuple):
    """Texts that may join a bank, and how many were dropped, by reason."""

    texts: tuple[str, ...]
    dropped: dict[str, int]


def fault(text: str, longest: int = LONGEST) -> str:
    """Return why a text cannot be an instruction, in two words; empty if it can.

    >>> fault("Say {labels}."), fault("Say {input}."), fault("x" * 9, longest=8)
    ('', 'input place', 'too long')
    """
    if not text.strip():
        return "empty"
    if len(text) > longest:
        return TOO_LONG
    if not all(letter.isprintable() or letter == "\n" for letter in text):
        return "control character"
    if escape_special(text) != text:
        return "control token"
    if INPUT in text:
        return "input place"
    return "misspelt place" if misspelt(text) else ""


def admitted(
    texts: Iterable[str], known: Iterable[str], *, longest: int = LONGEST, most: int = MOST_TEXTS
) -> Admitted:
    """Return the texts that may join a bank, in order, no two alike but for case and spaces.

    Args:
        texts: as proposed.
        known: instructions that are in the bank already.
        longest: characters of one at most.
        most: how many may join.
    """
    seen = {likeness(text) for text in known}
    kept: list[str] = []
    dropped: Counter[str] = Counter()
    for text in texts:
        why = fault(text, longest) or (ALIKE if likeness(text) in seen else "")
        if not why and len(kept) == most:
            why = TOO_MANY
        if why:
            dropped[why] += 1
            continue
        seen.add(likeness(text))
        kept.append(text)
    return Admitted(tuple(kept), dict(sorted(dropped.items())))


def likeness(text: str) -> str:
    """Return what two texts share that say the same.

    >>> likeness("Say  YES. ") == likeness("say yes")
    True
    """
    return " ".join(text.split()).casefold().rstrip(".!")


def padded(distribution: Categorical, choices: int) -> Categorical:
    """Return a table of one slot with as many choices as a grown bank has.

    A new choice begins at the mean logit: what is not known is neither liked nor disliked.

    Raises:
        ValueError: more than one slot, or fewer choices than the table has.
    """
    if len(distribution.logits) != 1 or distribution.logits[0].size > choices:
        raise ValueError(f"logits: a table of one slot grows; {choices} choices are too few")
    (old,) = distribution.logits
    return Categorical((np.concatenate([old, np.full(choices - old.size, old.mean())]),))


def version_of(texts: Sequence[str]) -> str:
    """Return the version of a bank: the digest of the texts it grew by, empty for none."""
    return digest(list(texts)) if texts else ""


def covering(fingerprint: str, version: str) -> str:
    """Return the fingerprint of space, task and scoring that also covers a bank's version."""
    return digest({"fingerprint": fingerprint, "bank": version}) if version else fingerprint


def check_labels(texts: Iterable[str], labels: Sequence[str]) -> None:
    """Refuse a place for labels where a task has none.

    Raises:
        ValueError: such a text.
    """
    if not labels and any(LABELS in text for text in texts):
        raise ValueError(f"texts: {LABELS} stands in one, but the task has no labels")
