"""Score work: the losses of the server's candidates on one block of training examples.

Statistics: ``loss_sum`` shape (candidates,), additive, the sum of calibrated losses in nats over
the block's common items (those with a reply for every candidate); the report's weight is their
number.
"""

from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats, Points
from fedbbpt.messages import Block
from fedbbpt.objective import Counts, Row, common_items, count_outcomes
from fedbbpt.work.owner import Owner


class Scored(NamedTuple):
    """Losses of candidates on one block.

    ``loss_sum`` has shape (candidates,); ``weight`` is the number of common items.
    """

    loss_sum: Floats
    weight: int
    counts: Counts


async def score(owner: Owner, points: Points, block: Block, seed: int) -> Scored:
    """Measure every candidate on the same block, calibrated, on common items only."""
    examples = owner.block(block, seed)
    rows = [Row(owner.space.decode(point)) for point in points]
    answers = await owner.objective.answers(rows, examples)
    common = common_items(answers)
    kept = [examples[i] for i in common]
    sums = [
        float(owner.objective.training_losses([row[i] for i in common], kept).sum())
        for row in answers
    ]
    return Scored(np.array(sums), len(common), count_outcomes(answers))
