"""What every owner's examples said of every prompt so far.

A table has four rows and a column for every prompt: the mean score; the examples behind it; the sum
over blocks of a block's examples times the square of its mean, less that of all prompts in it; and
the blocks. The last two tell how much a mean would differ if other examples had been asked.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from fedbbpt.aggregators.weighting import counted, stacked
from fedbbpt.distributions import Floats, Ints, frozen_array
from fedbbpt.messages import Report, Score

ROWS = 4

PREFIX = "table "
"""Before an owner's name: the name of its table in a state's memory."""


def owners_in(memory: Mapping[str, Floats]) -> list[str]:
    """Return the owners that have a table, by name."""
    return sorted(name.removeprefix(PREFIX) for name in memory if name.startswith(PREFIX))


def tables_in(memory: Mapping[str, Floats]) -> Floats:
    """Return the tables side by side in the order of ``owners_in``.

    Returns:
        Shape (owners, 4, prompts).

    Raises:
        ValueError: there is none.
    """
    owners = owners_in(memory)
    if not owners:
        raise ValueError("tables: no owner has reported any score yet")
    return np.stack([memory[PREFIX + name] for name in owners])


def added(
    memory: Mapping[str, Floats],
    work: Score,
    reports: Sequence[Report],
    prompts: int,
    sizes: Mapping[str, int],
) -> dict[str, Floats]:
    """Return the tables after the reports on one block, under their names in memory.

    A block that begins at 0 covers all that was asked of its prompts before and takes its place.
    Any other block adds to it, until an owner's examples have all been asked: what comes then are
    the same answers again.

    Args:
        memory: of a state.
        work: what the reports are on; a point is the number of a prompt.
        reports: with ``score_sum`` over ``weight`` examples.
        prompts: how many there are.
        sizes: training examples of every owner.

    Raises:
        ValueError: no report has weight, or ``score_sum`` is absent or misshapen.
    """
    present = counted(reports)
    sums = stacked(present, "score_sum", (len(work.points),))
    numbers: Ints = work.points[:, 0].astype(np.int64)
    covers = work.block.start == 0
    tables = {}
    for report, own in zip(present, sums, strict=True):
        name = PREFIX + report.client
        table = np.array(memory.get(name, np.zeros((ROWS, prompts))))
        if covers:
            table[:, numbers] = 0.0
        told = own / report.weight
        table[:, numbers] = _after(table[:, numbers], told, report.weight, sizes[report.client])
        tables[name] = frozen_array(table, name=name)
    return tables


def _after(columns: Floats, means: Floats, weight: float, most: int) -> Floats:
    """Return means and examples after ``weight`` more of them; nothing moves beyond ``most``."""
    known, counts, squares, blocks = columns
    there = counts + weight
    merged: Floats = (known * counts + means * weight) / there
    spread = squares + weight * np.square(means - means.mean())
    after = np.stack([merged, np.minimum(there, most), spread, blocks + 1.0])
    return np.where(counts >= most, columns, after)
