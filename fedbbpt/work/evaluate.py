"""Evaluate work: a few prompts on held-out examples, raw and calibrated, compared in pairs.

Statistics, all additive, over the common items of the split; the first axis is the mode (raw,
calibrated), the second the row: ``score_sum``, ``score_square_sum``, ``loss_sum``: shape (2, rows).
``difference_sum``, ``difference_square_sum``: shape (2, rows, rows), at [mode, first, second] the
scores of the second less those of the first. ``floored``, ``missing``,
``unreadable``: shape (rows,), items of the split. ``confusion``: shape (2, rows, labels,
labels + 1), target by answer, the last column for answers outside the label set.
Only where the assignment names pairs of rows, ``joint``: shape (pairs, labels, labels + 1,
labels + 1), target by the first row's calibrated answer by the second's. Only where answers are
marked by a judge or the like: what ``work/judged.py`` lists.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.errors import MessageError
from fedbbpt.messages import Evaluate
from fedbbpt.objective import Counts, Objective, Row, common_items, count_outcomes, floored_items
from fedbbpt.work.judged import judged_sums
from fedbbpt.work.owner import Owner
from fedbbpt.work.tables import check_pairs, confusion_table, joint_tables

MODES = ("raw", "calibrated")
RAW, CALIBRATED = range(2)
HELD_OUT = ("dev", "test")


class Evaluated(NamedTuple):
    """Additive figures of one owner's held-out split."""

    statistics: dict[str, Floats]
    weight: int
    counts: Counts


async def evaluate(owner: Owner, work: Evaluate, seed: int) -> Evaluated:
    """Compare prompts on the dev or test split; calibration sees the training split only.

    Raises:
        MessageError: another split is asked for, samples do not match the points, or joint tables
            are asked for that this owner's metric does not need.
    """
    if work.split not in HELD_OUT:
        raise MessageError(f"split {work.split!r}: an evaluation is on {' or '.join(HELD_OUT)}")
    if len(work.samples) != len(work.points):
        raise MessageError(f"{len(work.samples)} samples for {len(work.points)} points")
    check_pairs(owner, work)
    prompts = [owner.space.decode(point) for point in work.points]
    rows = [Row(p, sample) for p, sample in zip(prompts, work.samples, strict=True)]
    calibrations, spent = await owner.calibrations([Row(prompt) for prompt in prompts], seed)
    examples = owner.data.splits()[work.split]
    raw = await owner.objective.answers(rows, examples)
    common = common_items(raw)
    kept = [examples[i] for i in common]
    answers = [[row[i] for i in common] for row in raw]
    calibrated = [
        [calibration.apply(answer) for answer in row]
        for calibration, row in zip(calibrations, answers, strict=True)
    ]
    statistics = held_sums(owner.objective, owner.labels, (answers, calibrated), kept)
    if work.pairs:
        statistics["joint"] = joint_tables(owner.labels, calibrated, kept, work.pairs)
    if owner.objective.marker is not None:
        statistics |= judged_sums(rows, raw)
    statistics["floored"] = np.array([float(floored_items(row)) for row in raw])
    statistics["missing"] = np.array([float(count_outcomes([row]).missing) for row in raw])
    statistics["unreadable"] = np.array([float(count_outcomes([row]).unreadable) for row in raw])
    return Evaluated(statistics, len(common), spent.plus(count_outcomes(raw)))


def held_sums(
    objective: Objective,
    labels: Sequence[str],
    modes: Sequence[Sequence[Sequence[Answer]]],
    examples: Sequence[Example],
) -> dict[str, Floats]:
    """Return the additive sums over examples, as this module's head describes them.

    Args:
        objective: how answers become scores and losses.
        labels: the label set, empty for free answers.
        modes: raw and calibrated answers, a list a row; none is missing.
        examples: one for each answer of a row.
    """
    scores = np.array([[objective.scores(row, examples) for row in mode] for mode in modes])
    losses = np.array([[objective.losses(row, examples) for row in mode] for mode in modes])
    differences = scores[:, None, :, :] - scores[:, :, None, :]
    return {
        "score_sum": scores.sum(axis=2),
        "score_square_sum": (scores**2).sum(axis=2),
        "loss_sum": losses.sum(axis=2),
        "difference_sum": differences.sum(axis=3),
        "difference_square_sum": (differences**2).sum(axis=3),
        "confusion": np.array(
            [[confusion_table(labels, row, examples) for row in mode] for mode in modes]
        ),
    }
