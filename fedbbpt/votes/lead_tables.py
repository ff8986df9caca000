"""Stopping rules as whole numbers: how many votes a leader needs against each runner-up."""

from collections.abc import Callable
from fractions import Fraction

from fedbbpt.votes.leaning import leaning
from fedbbpt.votes.mode_evidence import exact, mode_evidence

LeadTable = tuple[int, ...]
"""At place b the least number of votes that suffices against b; it ends where a cap allows none."""


def leaning_table(threshold: float, cap: int) -> LeadTable:
    """Return the table of Adaptive-Consistency.

    Args:
        threshold: of the leaning, in (0.5, 1).
        cap: most draws, >= 1.

    Raises:
        ValueError: a threshold or cap out of range.

    >>> leaning_table(0.95, 40)[:6]
    (4, 6, 8, 9, 11, 12)
    """
    if not 0.5 < threshold < 1:
        raise ValueError(f"threshold: {threshold} is outside (0.5, 1); give 0.95 or so")
    least = Fraction(repr(float(threshold)))
    return _table(lambda leader, runner_up: leaning(leader, runner_up) >= least, cap)


def evidence_table(delta: float, cap: int, distinct: int, choices: int | None) -> LeadTable:
    """Return the table of the e-process while so many distinct answers have been seen.

    Args:
        delta: error level, in (0, 1).
        cap: most draws, >= 1.
        distinct: answers seen so far, >= 1; of no matter for a closed set.
        choices: size of the closed set, None for an open one.

    Raises:
        ValueError: a value out of range.

    >>> evidence_table(0.05, 40, 2, choices=2)[:6]
    (7, 10, 12, 14, 16, 18)
    """
    least = 1 / exact(delta)

    def reached(leader: int, runner_up: int) -> bool:
        seen = max(distinct, 2) if runner_up else max(distinct, 1)
        return mode_evidence(leader, runner_up, seen, choices) >= least

    return _table(reached, cap)


def enough(table: LeadTable, leader: int, runner_up: int) -> bool:
    """Say whether the leader has what it needs."""
    return runner_up < len(table) and leader >= table[runner_up]


def _table(reached: Callable[[int, int], bool], cap: int) -> LeadTable:
    if cap < 1:
        raise ValueError(f"cap: {cap} is too small; at least one draw is needed")
    found: list[int] = []
    leader = 1
    # Against more votes never fewer are needed, so each search begins where the last one ended.
    for runner_up in range(cap):
        leader = max(leader, runner_up)
        while leader + runner_up <= cap and not reached(leader, runner_up):
            leader += 1
        if leader + runner_up > cap:
            break
        found.append(leader)
    return tuple(found)
