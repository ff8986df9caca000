"""Search work: a local search from the broadcast distribution, on the owner's own examples.

Statistics: ``logits_i`` shape (choices,), one a slot, the owner's updated table; ``counts_i`` shape
(choices,), additive, how often a choice stood in the better half of a generation. For people, of
shape (1,) and additive: ``score_sum`` and ``score_square_sum`` of the best candidate of the last
generation, over ``score_items`` items.
"""

from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Categorical, Floats, Points
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Search
from fedbbpt.objective import NO_COUNTS, Counts
from fedbbpt.randomness import rng
from fedbbpt.work.owner import Owner
from fedbbpt.work.score import Scored, score


class Searched(NamedTuple):
    """An updated distribution as statistics, and what it cost."""

    statistics: dict[str, Floats]
    weight: int
    counts: Counts


async def search(owner: Owner, assignment: Assignment, work: Search) -> Searched:
    """Run a few generations of the owner's optimizer, reborn from the broadcast distribution.

    Raises:
        MessageError: the broadcast distribution is not one table for each axis of the space.
    """
    start = assignment.distribution
    sizes = [len(axis.choices) for axis in owner.space.axes]
    if not isinstance(start, Categorical) or [slot.size for slot in start.logits] != sizes:
        raise MessageError(
            f"{owner.name}: search work needs a categorical distribution with tables of {sizes} "
            "choices; give server and owners the same run file"
        )
    stream = rng(assignment.seed, "local search", round=assignment.round, client=owner.name)
    running = owner.optimizer.start(start, stream)
    elite = [np.zeros(slot.size) for slot in start.logits]
    weight, counts = 0, NO_COUNTS
    shown: dict[str, Floats] = {}
    for generation in range(work.generations):
        points = running.ask(work.candidates)
        if not len(points):
            break
        place = work.block.start + generation * work.block.size
        scored = await score(owner, points, Block(place, work.block.size), assignment.seed)
        counts = counts.plus(scored.counts)
        if not scored.weight:
            break
        losses: Floats = scored.loss_sum / scored.weight
        shown = _best_of(scored)
        running.tell(points, losses)
        weight += scored.weight
        _count_elite(elite, points, losses)
    found = running.distribution
    if not isinstance(found, Categorical):
        raise MessageError(f"{owner.name}: the optimizer left the categorical tables")
    logits = {f"logits_{i}": slot for i, slot in enumerate(found.logits)}
    tallies = {f"counts_{i}": tally for i, tally in enumerate(elite)}
    return Searched(logits | tallies | shown, weight, counts)


def _best_of(scored: Scored) -> dict[str, Floats]:
    best = [int(np.argmin(scored.loss_sum))]
    return {
        "score_sum": scored.score_sum[best],
        "score_square_sum": scored.square_sum[best],
        "score_items": np.array([float(scored.weight)]),
    }


def _count_elite(elite: list[Floats], points: Points, losses: Floats) -> None:
    better = np.argsort(losses, kind="stable")[: max(1, len(losses) // 2)]
    for point in points[better]:
        for slot, choice in zip(elite, point, strict=True):
            slot[int(choice)] += 1.0
