"""Prompts of the owners' own, where the search came to a belief for each of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.aggregators import Personalising
from fedbbpt.config.connect import Connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.distributions import Categorical, Distribution, Floats, mode
from fedbbpt.engines.local import Local
from fedbbpt.experiment.answering.mix_file import KIND
from fedbbpt.experiment.stages import Found, Stages
from fedbbpt.messages import Report
from fedbbpt.prompts import Prompt
from fedbbpt.runs.figures import Measure, Named, cells, compare, held
from fedbbpt.runs.measures import Pairs, measure_of
from fedbbpt.runs.results import Comparison, OwnPrompt
from fedbbpt.spaces import Space, is_private
from fedbbpt.work.evaluate import CALIBRATED

LEAST_SHARE = 0.01
"""Prompts that nobody believes in more are left out of the mix."""

SHARED, OWN = Named(0, "shared"), Named(1, "own")
PAIRS: Pairs = ((SHARED.row, OWN.row),)


class Own(NamedTuple):
    """What one owner alone would be given instead of the prompt that the run returns.

    Attributes:
        owner: its name.
        point: the mode of its belief; it is not the returned prompt.
        belief: the probability of that prompt, in (0, 1].
        dev: the owner's report on dev: the returned prompt, then its own.
        kept: whether its own passed the gate on its own dev split.
        test: as ``dev``, on test; None while that is sealed.
    """

    owner: str
    point: Floats
    belief: float
    dev: Report
    kept: bool
    test: Report | None = None


async def on_dev(stages: Stages, engine: Local, found: Found, shared: Floats) -> tuple[Own, ...]:
    """Compare the owners' own prompts with the returned one, each on its own dev split.

    An owner whose own prompt is the returned one is left out. A prompt of its own must beat the
    returned one in the same paired test that the returned one passed against the start.
    """
    prepared, state = stages.connected.prepared, found.outcome.state
    if not isinstance(prepared.aggregator, Personalising) or not found.outcome.rounds:
        return ()
    result = []
    for owner, belief in prepared.aggregator.personal(state).groups:
        point = mode(belief)
        if np.array_equal(point, shared):
            continue
        report = await _compared(stages, engine, owner, [shared, point], "dev")
        comparison = _comparison(prepared, report)
        kept = comparison.gain > 0 and comparison.p_value < prepared.run.gate.alpha
        result.append(Own(owner, point, float(_shares(belief)[int(point[0])]), report, kept))
    return tuple(result)


async def on_test(
    stages: Stages, engine: Local, owns: Sequence[Own], shared: Floats
) -> tuple[Own, ...]:
    """Return the same with their figures on test; those that were not kept are measured too."""
    return tuple(
        [
            own._replace(
                test=await _compared(stages, engine, own.owner, [shared, own.point], "test")
            )
            for own in owns
        ]
    )


def own_results(prepared: Prepared, space: Space, owns: Sequence[Own]) -> tuple[OwnPrompt, ...]:
    """Return the owners' own prompts as results show them; ``on_test`` comes first."""
    return tuple(
        OwnPrompt(
            owner=own.owner,
            name=space.axes[0].choices[int(own.point[0])],
            text=space.decode(own.point).text(),
            belief=own.belief,
            kept=own.kept,
            dev=_comparison(prepared, own.dev),
            test=_comparison(prepared, own.test),
            score=cells(held(own.test), OWN, _measure(prepared, own.test))[CALIBRATED],
        )
        for own in owns
        if own.test is not None
    )


def at_home(lines: Connected, point: Floats) -> dict[str, Prompt]:
    """Return what a point is at every owner, where it is another prompt at each; else nothing.

    These prompts hold private examples: they go into the owners' own files and nowhere else.
    """
    if not is_private(lines.prepared.space):
        return {}
    return {name: one.owner.space.decode(point) for name, one in lines.clients().items()}


def kept_prompts(space: Space, owns: Sequence[Own]) -> dict[str, Prompt]:
    """Return the prompts that owners get instead of the shared one, by owner."""
    return {own.owner: space.decode(own.point) for own in owns if own.kept}


def belief_mix(prepared: Prepared, found: Found) -> dict[str, object]:
    """Return every owner's belief as a prompt mix, to answer questions with by vote.

    It is empty where the method comes to none. The gate says nothing of it.
    """
    aggregator, state = prepared.aggregator, found.outcome.state
    if not isinstance(aggregator, Personalising) or not found.outcome.rounds:
        return {}
    own = {owner: _shares(belief) for owner, belief in aggregator.personal(state).groups}
    shared = _shares(state.distribution)
    names = prepared.space.axes[0].choices
    kept = np.flatnonzero(np.max([shared, *own.values()], axis=0) >= LEAST_SHARE)
    prompts = [
        {
            "name": names[place],
            "share": max(float(shared[place]), LEAST_SHARE),
            "prompt": prepared.space.decode(np.array([float(place)])).payload(),
        }
        for place in kept
    ]
    owners = {
        owner: {names[place]: float(p[place]) for place in kept if p[place] >= LEAST_SHARE}
        for owner, p in own.items()
    }
    return {"kind": KIND, "prompts": prompts, "owners": owners}


def own_reports(owns: Sequence[Own]) -> tuple[Report, ...]:
    """Return all reports on the owners' own prompts."""
    return tuple(report for own in owns for report in (own.dev, own.test) if report is not None)


async def _compared(
    stages: Stages, engine: Local, owner: str, points: Sequence[Floats], split: str
) -> Report:
    alone = Local({owner: engine.clients[owner]})
    stage = f"{split} of {owner}"
    (report,) = await stages.evaluate(stage, alone, points, [0] * len(points), split, PAIRS)
    return report


def _measure(prepared: Prepared, report: Report) -> Measure:
    return measure_of(prepared.scoring.metric, held(report), PAIRS, prepared.run.seed)


def _comparison(prepared: Prepared, report: Report) -> Comparison:
    return compare(held(report), SHARED, OWN, _measure(prepared, report))


def _shares(belief: Distribution) -> Floats:
    if not isinstance(belief, Categorical):
        raise ValueError(f"belief: a {type(belief).__name__} names no prompt; use tables")
    return belief.probabilities[0]
