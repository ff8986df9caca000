"""Search work: a local search from the broadcast distribution, on the owner's own examples.

Statistics: the arrays of the owner's updated distribution (see ``beliefs``) and, for merges that
weigh them, ``candidates``, shape (), points of a generation. For every Gaussian: ``step_sizes``,
shape (generations,), the sigma that each generation was drawn with, 0 where there was none. For
every table: ``counts_i``, shape (choices,), additive, how often a choice stood in the better half
of a generation. Where the log was asked for, it stands in the place of the distribution: see
``ScalarLog`` and ``SharedSeeds``. Where a comparison was asked for, additive:
``compared_loss_sum``, shape (2,), of the broadcast mode and the owner's own, over
``compared_items``, shape (1,). For people, of shape (1,) and additive: ``score_sum`` and
``score_square_sum`` of the best candidate of the last generation, over ``score_items`` items.
"""

from typing import NamedTuple

import numpy as np

from fedbbpt import optimizers
from fedbbpt.beliefs import as_statistics, is_belief, kind, parts_of
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, Points, mode
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Search
from fedbbpt.objective import NO_COUNTS, Counts
from fedbbpt.optimizers.shared_seeds import SharedSeeds, merged_step
from fedbbpt.randomness import rng
from fedbbpt.work.owner import Owner
from fedbbpt.work.replacement import Stream
from fedbbpt.work.score import Scored, score
from fedbbpt.work.settling import FARTHEST, strays


class Searched(NamedTuple):
    """An updated distribution as statistics, and what it cost."""

    statistics: dict[str, Floats]
    weight: int
    counts: Counts


def is_sum(name: str) -> bool:
    """Say whether a statistic of any work may be summed over owners."""
    own = name.rpartition(".")[2]
    single = own in {"step_sizes", "candidates"} or own.startswith("log_")
    return not is_belief(name) and not single


def example_statistics(
    start: Distribution, *, compare: bool, scalars: bool = False
) -> dict[str, Floats]:
    """Return what an owner would report that drew two candidates once and learned nothing."""
    trace = _Trace(start, 1)
    trace.add(0, start, mode(start)[None].repeat(2, axis=0), np.arange(2.0))
    told = as_statistics(start)
    if scalars:
        told = merged_step(np.zeros(1)).arrays() | SharedSeeds(0, 1, "gaussian", 1.0).arrays()
    statistics = told | trace.statistics
    if compare:
        statistics |= {"compared_loss_sum": np.ones(2), "compared_items": np.ones(1)}
    return statistics


async def search(owner: Owner, assignment: Assignment, work: Search) -> Searched:
    """Run a few generations of the owner's optimizer, reborn from the broadcast distribution.

    Raises:
        MessageError: the broadcast distribution is not over the owner's space, or its optimizer
            cannot search it.
    """
    start = assignment.distribution
    _check_start(owner, start)
    running = _started(owner, assignment, scalars=work.scalars)
    trace = _Trace(start, work.generations)
    noise = Stream(assignment.seed, assignment.round, owner.name)
    weight, counts = 0, NO_COUNTS
    shown: dict[str, Floats] = {}
    for generation in range(work.generations):
        before = _believed(owner, running, start)
        points = running.ask(work.candidates)
        if not len(points) or _strayed(owner, points, generation):
            break
        scored = await score(owner, points, _block(work, generation), assignment.seed, noise)
        counts = counts.plus(scored.counts)
        if not scored.weight:
            break
        losses: Floats = scored.loss_sum / scored.weight
        shown = _best_of(scored)
        running.tell(points, losses)
        weight += scored.weight
        trace.add(generation, before, points, losses)
    found = _believed(owner, running, start)
    told = as_statistics(found)
    if work.scalars and isinstance(running, optimizers.ScalarSearch):
        told = dict(running.scalars)
    statistics = told | trace.statistics | shown
    if work.compare and weight:
        # A mean that ran away is no prompt: the server sees it, and ends the search.
        own = mode(start) if strays(mode(found)) else mode(found)
        modes = np.stack([mode(start), own])
        place = _block(work, work.generations)
        compared = await score(owner, modes, place, assignment.seed, noise)
        counts = counts.plus(compared.counts)
        weight = weight if compared.weight else 0  # what cannot be ranked cannot be merged
        statistics["compared_loss_sum"] = compared.loss_sum
        statistics["compared_items"] = np.array([float(compared.weight)])
    return Searched(statistics, weight, counts)


def _strayed(owner: Owner, points: Points, generation: int) -> bool:
    """Say whether a stretch ends because its steps ran away; what it believes is still reported."""
    if strays(points) and not generation:
        raise MessageError(
            f"{owner.name}: the first points of a local search lie beyond {FARTHEST:g}, where no "
            "prompt can be made; lower the [optimizer]'s smoothing or learning_rate"
        )
    return strays(points)


def _block(work: Search, generation: int) -> Block:
    return Block(work.block.start + generation * work.block.size, work.block.size)


def _check_start(owner: Owner, start: Distribution) -> None:
    own = owner.space.initial()
    try:
        given, expected = kind(start), kind(own)
    except ValueError as error:
        raise MessageError(f"{owner.name}: {error}") from error
    if given != expected:
        raise MessageError(
            f"{owner.name}: search work needs a distribution over this owner's space, which is "
            f"{expected}, and got {given}; give server and owners the same run file"
        )


def _started(owner: Owner, assignment: Assignment, *, scalars: bool) -> optimizers.Search:
    stream = rng(assignment.seed, "local search", round=assignment.round, client=owner.name)
    try:
        if not scalars:
            return owner.optimizer.start(assignment.distribution, stream)
        if isinstance(owner.optimizer, optimizers.SharesDirections):
            return owner.optimizer.start_with(assignment.distribution, stream, assignment.seed)
    except ValueError as error:
        raise MessageError(f"{owner.name}: {error}") from error
    raise MessageError(
        f"{owner.name}: a log of scalars is asked for, and this owner's optimizer keeps none; give "
        "server and owners the same run file"
    )


def _believed(owner: Owner, running: optimizers.Search, start: Distribution) -> Distribution:
    found = running.distribution
    if kind(found) != kind(start):
        raise MessageError(
            f"{owner.name}: the optimizer left the distribution it was given, {kind(start)}; use "
            "another [optimizer]"
        )
    return found


class _Trace:
    """What happened on the way, part by part of the distribution."""

    def __init__(self, start: Distribution, generations: int) -> None:
        self.statistics: dict[str, Floats] = {"candidates": np.array(0.0)}
        for prefix, leaf, _ in parts_of(start):
            if isinstance(leaf, Gaussian):
                self.statistics[f"{prefix}step_sizes"] = np.zeros(generations)
                continue
            counts = {f"{prefix}counts_{i}": np.zeros(s.size) for i, s in enumerate(leaf.logits)}
            self.statistics |= counts

    def add(self, generation: int, before: Distribution, points: Points, losses: Floats) -> None:
        self.statistics["candidates"] = np.array(float(len(points)))
        better = np.argsort(losses, kind="stable")[: max(1, len(losses) // 2)]
        for prefix, leaf, first in parts_of(before):
            if isinstance(leaf, Gaussian):
                self.statistics[f"{prefix}step_sizes"][generation] = leaf.sigma
            else:
                self._count(prefix, leaf, points[better, first:])

    def _count(self, prefix: str, leaf: Categorical, elite: Points) -> None:
        for slot in range(len(leaf.logits)):
            counts = self.statistics[f"{prefix}counts_{slot}"]
            np.add.at(counts, elite[:, slot].astype(np.intp), 1.0)


def _best_of(scored: Scored) -> dict[str, Floats]:
    best = [int(np.argmin(scored.loss_sum))]
    return {
        "score_sum": scored.score_sum[best],
        "score_square_sum": scored.square_sum[best],
        "score_items": np.array([float(scored.weight)]),
    }
