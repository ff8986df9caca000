"""Score work: the losses of the server's candidates on one block of training examples.

Statistics, all additive, of shape (candidates,), over the block's common items (those with a reply
for every candidate), whose number is the report's weight: ``loss_sum`` of calibrated losses in
nats, by which the search goes; ``score_sum`` and ``score_square_sum`` of the metric, for people.
"""

from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats, Points
from fedbbpt.messages import Block
from fedbbpt.objective import Counts, Row, common_items, count_outcomes
from fedbbpt.work.owner import Owner


class Scored(NamedTuple):
    """Losses of candidates on one block.

    ``loss_sum``, ``score_sum`` and ``square_sum`` have shape (candidates,); ``weight`` is the
    number of common items.
    """

    loss_sum: Floats
    score_sum: Floats
    square_sum: Floats
    weight: int
    counts: Counts

    @property
    def statistics(self) -> dict[str, Floats]:
        """The sums under the names of a report."""
        return {
            "loss_sum": self.loss_sum,
            "score_sum": self.score_sum,
            "score_square_sum": self.square_sum,
        }


async def score(owner: Owner, points: Points, block: Block, seed: int) -> Scored:
    """Measure every candidate on the same block, calibrated, on common items only."""
    examples = owner.block(block, seed)
    rows = [Row(owner.space.decode(point)) for point in points]
    answers = await owner.objective.answers(rows, examples)
    common = common_items(answers)
    kept = [examples[i] for i in common]
    losses, scores = [], []
    for row in answers:
        honest = owner.objective.training_answers([row[i] for i in common], kept)
        losses.append(owner.objective.losses(honest, kept))
        scores.append(owner.objective.scores(honest, kept))
    squares: Floats = np.square(scores)
    return Scored(
        loss_sum=np.sum(losses, axis=1),
        score_sum=np.sum(scores, axis=1),
        square_sum=squares.sum(axis=1),
        weight=len(common),
        counts=count_outcomes(answers),
    )
