"""The headroom test run: a few different prompts of a space, scored on dev examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.calibration import cross_fitted
from fedbbpt.config.connect import connected
from fedbbpt.config.longest import listed
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.data import Example, OwnerData
from fedbbpt.diagnosis.headroom import PairSums, pair_sums
from fedbbpt.distributions import Floats, Points, sample
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.errors import EndpointError
from fedbbpt.objective import NO_COUNTS, Counts, Objective, Row, common_items, count_outcomes
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng
from fedbbpt.spaces import Space, is_private

PROMPTS = 8
DRAWS = 8
PURPOSE = "headroom"


@dataclass(frozen=True, slots=True)
class Trial:
    """What is scored.

    Attributes:
        prompts: different ones, the start first.
        data: every owner's examples by name, dev cut to what is asked.
        calls: at most.
    """

    prompts: tuple[Prompt, ...]
    data: Mapping[str, OwnerData]
    calls: int

    @property
    def items(self) -> int:
        """Examples of all owners together."""
        return sum(len(data.dev) for data in self.data.values())


class Outcome(NamedTuple):
    """What scoring brought.

    Attributes:
        sums: over all owners.
        counts: of items.
        calls: made now; what was journalled costs none.
    """

    sums: PairSums
    counts: Counts
    calls: int


def plan_trial(prepared: Prepared, examples: int) -> Trial:
    """Return what would be scored on up to so many dev examples an owner; contacts nobody."""
    prompts = diverse_prompts(listed(prepared.space), PROMPTS, prepared.run.seed)
    data = {
        name: OwnerData(name, own.train, own.dev[:examples]) for name, own in prepared.data.items()
    }
    items = sum(len(own.dev) for own in data.values())
    # Where the name of a model does not pin it, one question a process makes sure of it.
    checks = sum(not profile.pinned for profile in prepared.profiles.values())
    calls = len(prompts) * items * prepared.scoring.calls_per_item + checks
    return Trial(prompts, data, calls if len(prompts) > 1 else 0)


def diverse_prompts(space: Space, count: int, seed: int) -> tuple[Prompt, ...]:
    """Return up to ``count`` different prompts, the start first; fewer where the space has fewer.

    Every axis gives its choices in equal shares, so that few prompts show much of the space.
    """
    found = {p.digest: p for p in [space.decode(origin(space))]}
    if is_private(space):  # what else there is only its owner can say
        return tuple(found.values())
    for draw in range(DRAWS):
        for point in _stratified(space, count - 1, rng(seed, PURPOSE, round=draw)):
            prompt = space.decode(point)
            if len(found) < count:
                found.setdefault(prompt.digest, prompt)
    return tuple(found.values())


async def run_trial(prepared: Prepared, trial: Trial, journal: Journal) -> Outcome:
    """Score every prompt at every owner's endpoint.

    Raises:
        EndpointError: an endpoint refuses for good, or nothing could be scored.
        BudgetError: a cap of the run file would be passed.
    """
    rows = [Row(prompt) for prompt in trial.prompts]
    parts: list[PairSums] = []
    counts = NO_COUNTS
    before = journal.tally().calls
    async with connected(prepared, journal) as lines:
        for data in trial.data.values():
            objective = lines.client(data).owner.objective
            scores, counted = await _scores(objective, rows, data.dev)
            counts = counts.plus(counted)
            parts.append(pair_sums(scores))
    sums = sum(parts[1:], parts[0])
    if sums.items < 2:
        raise EndpointError(f"headroom: {counts.missing} of {counts.asked} items have no reply")
    return Outcome(sums, counts, journal.tally().calls - before)


class _Scored(NamedTuple):
    scores: Floats
    counts: Counts


async def _scores(
    objective: Objective, rows: Sequence[Row], examples: Sequence[Example]
) -> _Scored:
    """Return calibrated scores, shape (rows, common items); each item's fit has not seen it."""
    answers = await objective.answers(rows, examples)
    common = common_items(answers)
    kept = [examples[i] for i in common]
    scores = [
        objective.scores(cross_fitted(objective.calibrator, [row[i] for i in common], kept), kept)
        for row in answers
    ]
    return _Scored(np.array(scores).reshape(len(rows), len(common)), count_outcomes(answers))


def _stratified(space: Space, count: int, generator: np.random.Generator) -> Points:
    """Return points of shape (count, width): on every axis, choices in equal shares, shuffled."""
    if not space.axes:
        return sample(space.initial(), count, generator)
    columns = []
    for axis in space.axes:
        places = (generator.permutation(count) + generator.random()) / count
        columns.append(np.floor(places * len(axis.choices)))
    return np.stack(columns, axis=1)
