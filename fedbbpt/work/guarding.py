"""The leak guard at an owner: marks planted beside failures, and texts judged before they leave.

Statistics, additive: ``guarded``, shape (1,), texts that wanted to leave; ``refused``, shape
(rules,), those that the guard kept, by the rules of ``privacy/leak_guard.py``. Nothing else is said
of a refused text.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fedbbpt.distributions import Floats, width
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Report
from fedbbpt.privacy.leak_guard import RULES, LeakGuard
from fedbbpt.proposers import Failure
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.work.owner import Owner


def guard_of(owner: Owner) -> LeakGuard:
    """Return the owner's guard; where none was made, one that knows all its examples."""
    if owner.guard is not None:
        return owner.guard
    examples = tuple(e for split in owner.data.splits().values() for e in split)
    return LeakGuard(examples, owner.labels)


def marked(
    guard: LeakGuard, failures: Sequence[Failure], assignment: Assignment
) -> tuple[Failure, ...]:
    """Return the failures, each with a mark of this round beside it."""
    purpose = f"seed {assignment.seed}, round {assignment.round}"
    marks = guard.planter.marks(purpose, len(failures))
    return tuple(replace(one, mark=mark) for one, mark in zip(failures, marks, strict=True))


def may_leave(
    owner: Owner, guard: LeakGuard, texts: Sequence[str], failures: Sequence[Failure]
) -> tuple[tuple[str, ...], dict[str, Floats]]:
    """Return the texts that may leave, and how many were kept by which rule."""
    space = owner.space
    public = [*space.texts] if isinstance(space, GrowingSpace) else []
    start = space.decode(np.zeros(width(space.initial())))
    public += [start.text(), *start.words, *owner.labels]
    screen = guard.screen(public, [one.mark for one in failures], owner.longest_text)
    verdicts = [screen.verdict(text) for text in texts]
    refused = [float(sum(one.rule == rule for one in verdicts)) for rule in RULES]
    kept = tuple(text for text, one in zip(texts, verdicts, strict=True) if one.passes)
    return kept, {"guarded": np.array([float(len(texts))]), "refused": np.array(refused)}


def guarded(reports: Sequence[Report]) -> int:
    """Return how many texts wanted to leave the owners of some reports."""
    return round(sum(float(one.statistics["guarded"].sum()) for one in _watched(reports)))


def refusals(reports: Sequence[Report]) -> dict[str, int]:
    """Return how many texts were kept at their owners, by rule; rules without any are left out."""
    total = np.zeros(len(RULES))
    for report in _watched(reports):
        total = total + report.statistics["refused"]
    return {rule: round(count) for rule, count in zip(RULES, total, strict=True) if count > 0}


def check_guarded(report: Report) -> None:
    """Refuse a report whose counts of the leak guard cannot be meant.

    Raises:
        MessageError: one of the two without the other, of another shape, or more than wanted to.
    """
    wanted, kept = (report.statistics.get(name) for name in ("guarded", "refused"))
    if wanted is None and kept is None:
        return
    whole = (
        wanted is not None
        and kept is not None
        and (wanted.shape, kept.shape) == ((1,), (len(RULES),))
        and bool((kept >= 0).all())
        and kept.sum() <= wanted[0]
    )
    if not whole:
        raise MessageError(
            f"{report.client}: counts of a leak guard that are none; use one version"
        )


def _watched(reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if "guarded" in report.statistics]
