"""Planted marks: secret strings beside private examples, which tell when a model copied one.

A mark is worked out from all examples of its owner, so nobody else can know it, and a run that goes
on after a stop asks the same again.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from fedbbpt.canonical import canonical_json
from fedbbpt.data import Example
from fedbbpt.privacy.plain import letters_of

LENGTH = 12
"""Letters of a mark."""

PART = 5
"""Letters in a row that tell a mark."""

# No vowels: five of these in a row stand in no word, and hardly ever at the joint of two.
_LETTERS = "bcdfghjklmnpqrstvwxz"


@dataclass(frozen=True, slots=True, repr=False)
class Planter:
    """Makes marks that only the holder of the examples can make.

    Attributes:
        key: 32 secret bytes; shown nowhere.
    """

    key: bytes

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Planter":
        """Return the planter of an owner with these examples."""
        held = [[e.id, e.input, list(e.targets)] for e in examples]
        return cls(sha256(canonical_json(held)).digest())

    def marks(self, purpose: str, count: int) -> tuple[str, ...]:
        """Return ``count`` marks, the same ones for the same purpose.

        >>> Planter(b"0").marks("round 3", 2) == Planter(b"0").marks("round 3", 2)
        True
        """
        return tuple(self._mark(f"{purpose}, {place}") for place in range(count))

    def _mark(self, name: str) -> str:
        drawn = hmac.digest(self.key, name.encode(), "sha256")
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn[:LENGTH])


def parts_of(marks: Sequence[str]) -> frozenset[str]:
    """Return every part that tells one of the marks."""
    return frozenset(
        mark[place : place + PART] for mark in marks for place in range(len(mark) - PART + 1)
    )


def carries(text: str, parts: frozenset[str]) -> bool:
    """Tell whether a text holds a mark or a good part of one, whatever stands between its letters.

    >>> carries("q-X z k v", parts_of(("qxzkvbbbbbbb",)))
    True
    """
    letters = letters_of(text)
    both = (letters, letters[::-1])
    return any(one[i : i + PART] in parts for one in both for i in range(len(one) - PART + 1))
