"""Targets by answers: what one prompt said, and what two prompts said about the same items."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.answers import Answer, LabelScores, Scored, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.distributions import Floats, Ints
from fedbbpt.errors import MessageError
from fedbbpt.messages import Evaluate, Report
from fedbbpt.metrics import TableMetric
from fedbbpt.work.owner import Owner

MOST_LABELS = 32
MOST_COUNTS = 300_000
"""Most counts in all joint tables of one report, so that it stays a small message."""


def confusion_table(
    labels: Sequence[str], answers: Sequence[Answer], examples: Sequence[Example]
) -> Floats:
    """Return the counts of targets by answers, shape (labels, labels + 1); none is missing.

    Of several accepted targets the first one counts; the last column holds answers outside the
    label set.
    """
    table = np.zeros((len(labels), len(labels) + 1))
    if labels:
        np.add.at(table, (_targets(labels, examples), _said(labels, answers)), 1.0)
    return table


def joint_tables(
    labels: Sequence[str],
    rows: Sequence[Sequence[Answer]],
    examples: Sequence[Example],
    pairs: Sequence[tuple[int, int]],
) -> Floats:
    """Return, for each pair of rows, targets by the first row's by the second row's answers.

    Law: summed over either row's answers, a table is the other row's confusion table.

    Returns:
        Shape (pairs, labels, labels + 1, labels + 1).
    """
    answers = len(labels) + 1
    tables = np.zeros((len(pairs), len(labels), answers, answers))
    targets = _targets(labels, examples)
    said = [_said(labels, row) for row in rows]
    for table, (first, second) in zip(tables, pairs, strict=True):
        np.add.at(table, (targets, said[first], said[second]), 1.0)
    return tables


def joint_counts(labels: int, pairs: int) -> int:
    """Return how many counts the joint tables of one report hold."""
    return pairs * labels * (labels + 1) ** 2


def check_pairs(owner: Owner, work: Evaluate) -> None:
    """Refuse joint tables that the owner's metric does not need, or that are too many.

    A joint table says more of an owner's items than sums do, so it is given only where the metric
    cannot do without.

    Raises:
        MessageError: one of these, or a pair of rows that are not evaluated.
    """
    if not work.pairs:
        return
    if not isinstance(owner.objective.metric, TableMetric) or not owner.labels:
        raise MessageError(
            f"{owner.name}: joint tables are asked for, and this owner's metric is no figure of a "
            "table; give server and owners the same run file"
        )
    if max(max(pair) for pair in work.pairs) >= len(work.points):
        raise MessageError(
            f"{owner.name}: pairs name row {max(max(pair) for pair in work.pairs)} of "
            f"{len(work.points)}, counted from 0; give server and owners the same version"
        )
    held = joint_counts(len(owner.labels), len(work.pairs))
    if len(owner.labels) > MOST_LABELS or held > MOST_COUNTS:
        raise MessageError(
            f"{owner.name}: {len(work.pairs)} joint tables of {len(owner.labels)} labels are more "
            f"than this owner gives ({MOST_LABELS} labels, {MOST_COUNTS:,} counts); compare fewer "
            "prompts at a time"
        )


def check_joint(report: Report, pairs: Sequence[tuple[int, int]]) -> None:
    """Refuse a report whose joint tables are not those of its own confusion tables.

    Raises:
        MessageError: absent, of another shape, no whole counts, or of other answers than the
            calibrated confusions.
    """
    if not pairs:
        return
    confusion, joint = (report.statistics.get(name) for name in ("confusion", "joint"))
    if confusion is None or joint is None or confusion.ndim != 4:
        raise MessageError(f"{report.client}: a report without joint tables; use one version")
    labels, answers = confusion.shape[2:]
    if joint.shape != (len(pairs), labels, answers, answers):
        raise MessageError(
            f"{report.client}: joint tables of shape {joint.shape} for {len(pairs)} pairs of "
            f"{labels} labels; use one version"
        )
    whole = (joint >= 0).all() and (joint == np.floor(joint)).all()
    fitting = all(
        np.array_equal(table.sum(axis=axis), confusion[-1, row])
        for table, pair in zip(joint, pairs, strict=True)
        for axis, row in zip((2, 1), pair, strict=True)
    )
    if not (whole and fitting):
        raise MessageError(
            f"{report.client}: joint tables that are no counts of the answers in its confusion "
            "tables; use one version"
        )


def _targets(labels: Sequence[str], examples: Sequence[Example]) -> Ints:
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place[example.targets[0]] for example in examples], dtype=np.int64)


def _said(labels: Sequence[str], answers: Sequence[Answer]) -> Ints:
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place.get(_label(answer), len(labels)) for answer in answers], dtype=np.int64)


def _label(answer: Answer) -> str:
    match answer:
        case LabelScores():
            return answer.best
        case Text(text) | Scored(text):
            return text
        case Unreadable():
            return ""
        case _:
            raise ValueError("a missing answer says nothing")
