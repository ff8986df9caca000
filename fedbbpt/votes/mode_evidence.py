"""Proof that no answer is more likely than the leader, valid whenever one stops to look.

For two fixed answers a and b the uniform mixture of betting martingales over the chances above one
half (Robbins 1970; Waudby-Smith and Ramdas 2024, arXiv:2010.09686) is

    e(a, b) = 2^(n+1) B(a+1, b+1) P(Beta(a+1, b+1) > 1/2) = S / ((n+1) C(n, a)),   n = a + b,

with S = C(n+1, 0) + ... + C(n+1, a): a whole number over another, so nothing is rounded. If b is at
least as likely as a, e(a, b) ever reaches 1/delta with probability at most delta (Ville 1939).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import NewType

EValue = NewType("EValue", Fraction)
"""Evidence against "some answer is more likely than the leader"; no ``Leaning`` fits here."""


@dataclass(frozen=True, slots=True)
class ModeEvidence:
    """How much speaks against any answer being more likely than the winner.

    It holds for samples that were drawn independently from one fixed distribution, also over
    clients and prompts where these differ. It is about the most likely answer, not the right one.

    Attributes:
        e_value: at least 1/delta with probability at most delta where the winner is not a most
            likely answer, whenever one looks.
        choices: size of the closed set of answers, None where any text can be one.
    """

    e_value: EValue
    choices: int | None

    def certifies(self, delta: float) -> bool:
        """Say whether the evidence reaches 1/delta.

        Raises:
            ValueError: delta outside (0, 1).
        """
        return self.e_value >= 1 / exact(delta)


def exact(delta: float) -> Fraction:
    """Return an error level as the decimal number that it is written as.

    Raises:
        ValueError: delta outside (0, 1).

    >>> exact(0.05)
    Fraction(1, 20)
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta: {delta} is outside (0, 1); give 0.05 or so")
    return Fraction(repr(float(delta)))


@lru_cache(maxsize=1 << 14)
def pair_evidence(leader: int, runner_up: int) -> EValue:
    """Return e(leader, runner_up) for two answers that were named before any was drawn.

    Raises:
        ValueError: a count below 0.

    >>> pair_evidence(0, 0) == 1, pair_evidence(7, 0) > 20 > pair_evidence(6, 0)
    (True, True)
    """
    if leader < 0 or runner_up < 0:
        raise ValueError(f"counts: {leader} and {runner_up}; neither can be below 0")
    draws = leader + runner_up
    heads = sum(comb(draws + 1, number) for number in range(leader + 1))
    return EValue(Fraction(heads, (draws + 1) * comb(draws, leader)))


def mode_evidence(leader: int, runner_up: int, distinct: int, choices: int | None) -> EValue:
    """Return the evidence that the leader is a most likely answer.

    Closed set of K answers: e(leader, runner_up) / (K - 1), a union over the leader's K - 1 rivals.

    Open set: the answers name themselves by being drawn. The draw that brought the leader to light
    is not counted for it, and with D distinct answers so far its share of the error level is
    1 / (D (D + 1)): these shares sum to at most 1 over the first, second, ... answer to appear. So
    e(leader - 1, runner_up) / (D (D + 1)).

    Args:
        leader: votes of the first answer.
        runner_up: votes of the second, 0 where there is none.
        distinct: answers seen so far.
        choices: size of the closed set, >= 2, or None for an open one.

    Raises:
        ValueError: counts that do not fit each other.
    """
    if not 0 <= runner_up <= leader or distinct < (leader > 0) + (runner_up > 0):
        raise ValueError(f"counts: {leader} and {runner_up} of {distinct} answers do not fit")
    if choices is not None:
        if choices < max(2, distinct):
            raise ValueError(f"choices: {choices} are too few for {distinct} answers seen")
        return EValue(pair_evidence(leader, runner_up) / (choices - 1))
    if leader == 0:
        return EValue(Fraction(0))
    return EValue(pair_evidence(leader - 1, runner_up) / (distinct * (distinct + 1)))
