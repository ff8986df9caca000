"""The prompts that no other prompt beats in loss and length at once: a Pareto front."""

from collections.abc import Sequence
from typing import NamedTuple

TOKENS, CHARACTERS = "prompt tokens", "characters"
"""What lengths are counted in: as endpoints count them, or where one does not tell."""


class Weighed(NamedTuple):
    """A prompt by number, with its loss and its length; lower is better in both."""

    number: int
    loss: float
    length: float


def pareto_front(prompts: Sequence[Weighed]) -> tuple[Weighed, ...]:
    """Return those that no other beats, the shortest first; of equal ones the first number.

    Law: every prompt left out is beaten or equalled in both by one of the front.

    >>> [one.number for one in pareto_front((Weighed(0, 0.5, 9), Weighed(1, 0.5, 7)))]
    [1]
    """
    front: list[Weighed] = []
    for prompt in sorted(prompts, key=lambda one: (one.length, one.loss, one.number)):
        if not front or prompt.loss < front[-1].loss:
            front.append(prompt)
    return tuple(front)
