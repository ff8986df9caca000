"""Score work: the losses of the server's candidates on one block of training examples.

Statistics, all additive, of shape (candidates,), over the block's common items (those with a reply
for every candidate), whose number is the report's weight: ``loss_sum`` of calibrated losses in
nats, by which the search goes; ``score_sum`` and ``score_square_sum`` of the metric, for people.
The losses are rounded to single precision, in which the compact upload carries them: a search is
the same to the last bit in one process and over a wire.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import Answer
from fedbbpt.distributions import Floats, Points
from fedbbpt.messages import Block
from fedbbpt.objective import Counts, Row, common_items, count_outcomes
from fedbbpt.work.owner import Owner
from fedbbpt.work.replacement import Stream


def _common(answers: Sequence[Sequence[Answer]], size: int) -> list[int]:
    """Return the items with a reply for every candidate, as they are and with replaced words."""
    present = set(common_items(answers))
    width = len(answers[0]) if answers else 0
    return [i for i in range(size) if all(j in present for j in range(i, width, size))]


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


async def score(
    owner: Owner, points: Points, block: Block, seed: int, noise: Stream | None = None
) -> Scored:
    """Measure every candidate on the same block, calibrated, on common items only.

    With ``noise``, and where the owner has a replacement of words, a loss is its ratio to the loss
    of the same example with replaced words.
    """
    examples = owner.block(block, seed)
    noisy = None if noise is None else owner.noisy(examples, noise)
    rows = [Row(owner.space.decode(point)) for point in points]
    asked = examples if noisy is None else [*examples, *noisy]
    answers = await owner.objective.answers(rows, asked)
    size = len(examples)
    common = _common(answers, size)
    kept = [examples[i] for i in common]
    losses, scores = [], []
    for row in answers:
        plain = [row[i] for i in common]
        honest = owner.objective.training_answers(plain, kept)
        found = owner.objective.losses(honest, kept)
        if noisy is not None and owner.replacement is not None:
            under = [noisy[i] for i in common]
            fitted = owner.objective.calibrator.fit(plain, kept)
            said = [fitted.apply(row[size + i]) for i in common]
            found = owner.replacement.ratios(found, owner.objective.losses(said, under))
        losses.append(found)
        scores.append(owner.objective.scores(honest, kept))
    squares: Floats = np.square(scores)
    return Scored(
        loss_sum=np.sum(losses, axis=1).astype(np.float32).astype(np.float64),
        score_sum=np.sum(scores, axis=1),
        square_sum=squares.sum(axis=1),
        weight=len(common),
        counts=count_outcomes(answers),
    )
