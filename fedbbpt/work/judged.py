"""What a judge does by itself: other grades for identical answers, and replies without a grade.

Statistics, additive, only where answers are marked; shape (rows,): ``regraded``, items of a row
that the first row, the same prompt under another draw, answered with the same words;
``regrade_changed``, those of them whose mark differs by a point of 100 or more; ``regrade_gap``,
the sizes of the differences added up; ``ungraded``, readable answers whose mark could not be read.
"""

from collections.abc import Sequence

import numpy as np

from fedbbpt.answers import Answer, Scored, Unreadable
from fedbbpt.distributions import Floats
from fedbbpt.objective import Row

NOTICEABLE = 0.01
"""Smallest difference of two marks that counts as one: expected grades always differ a little."""


def judged_sums(rows: Sequence[Row], answers: Sequence[Sequence[Answer]]) -> dict[str, Floats]:
    """Return the sums that this module's head describes.

    Args:
        rows: what was measured.
        answers: one list a row.
    """
    gaps = [
        _gaps(answers[0], own) if row.sample != rows[0].sample and _same(row, rows[0]) else []
        for row, own in zip(rows, answers, strict=True)
    ]
    ungraded = [
        sum(isinstance(answer, Unreadable) and answer.judged for answer in own) for own in answers
    ]
    return {
        "regraded": np.array([float(len(own)) for own in gaps]),
        "regrade_changed": np.array([float(sum(g >= NOTICEABLE for g in own)) for own in gaps]),
        "regrade_gap": np.array([float(sum(own)) for own in gaps]),
        "ungraded": np.array(ungraded, dtype=np.float64),
    }


def _same(first: Row, second: Row) -> bool:
    return first.prompt == second.prompt


def _gaps(first: Sequence[Answer], second: Sequence[Answer]) -> list[float]:
    return [
        abs(ours.score - theirs.score)
        for ours, theirs in zip(first, second, strict=True)
        if isinstance(ours, Scored) and isinstance(theirs, Scored) and ours.text == theirs.text
    ]
