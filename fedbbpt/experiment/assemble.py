"""The results of a run put together from its reports: pure."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.distributions import Floats
from fedbbpt.experiment.bank import bank_of
from fedbbpt.experiment.front import front_of
from fedbbpt.experiment.lengths import Lengths
from fedbbpt.experiment.own_prompts import Own, own_reports, own_results
from fedbbpt.experiment.rows import DEV_PAIRS, pairs_on_test
from fedbbpt.experiment.stages import Found
from fedbbpt.experiment.texts import changes_of, prompt_text
from fedbbpt.gate import GateDecision
from fedbbpt.messages import Report
from fedbbpt.runs.coverage import owner_coverage
from fedbbpt.runs.figures import (
    Held,
    Measure,
    Named,
    cells,
    compare,
    confusions,
    held,
    owner_test,
    pooled,
)
from fedbbpt.runs.judge_noise import judge_noise
from fedbbpt.runs.measures import ByItems, ByTable, Pairs, measure_of
from fedbbpt.runs.results import (
    Axis,
    Baseline,
    Beside,
    Cell,
    Coverage,
    Gate,
    OwnerSummary,
    Results,
    Test,
)
from fedbbpt.splits import split_digest
from fedbbpt.work.evaluate import CALIBRATED

START = Named(0, "start")
TUNED = Named(1, "tuned")
FOUND_ON_DEV = Named(2, "tuned")


class Evidence(NamedTuple):
    """All that the stages of a run brought together.

    Attributes:
        found: the point that the search proposed.
        tuned: the point that the run returns.
        decision: of the gate.
        dev: reports on dev: start, start again, found.
        test: reports on test: start, tuned, then the baselines in their order.
        baselines: by name, in the order of the test's rows.
        openings: runs that opened this test split by now.
        texts: of the bank that all points are from.
        own: prompts of the owners' own, measured on test.
        lengths: of what the search scored; None where only owners know that.
    """

    found: Found
    tuned: Floats
    decision: GateDecision
    dev: tuple[Report, ...]
    test: tuple[Report, ...]
    baselines: Mapping[str, Found]
    openings: int
    texts: tuple[str, ...] = ()
    own: tuple[Own, ...] = ()
    lengths: Lengths | None = None


def assemble_results(prepared: Prepared, evidence: Evidence) -> Results:
    """Return the results, the same bytes for the same reports."""
    run, space = prepared.run, prepared.space_with(evidence.texts)
    start = origin(space)
    return Results(
        name=run.task.name,
        recipe=run.recipe,
        seed=run.seed,
        fingerprint=prepared.fingerprint,
        simulation=run.simulation is not None,
        topic=run.task.topic,
        labels=run.task.labels,
        metric=prepared.scoring.metric_name,
        reading=prepared.scoring.reading,
        owners=_owners(prepared),
        split=split_digest(prepared.data),
        notes=prepared.notes,
        axes=tuple(Axis(axis.name, axis.choices) for axis in space.axes),
        start=prompt_text(space.decode(start)),
        found=prompt_text(space.decode(evidence.found.point)),
        tuned=prompt_text(space.decode(evidence.tuned)),
        changes=changes_of(space, evidence.found.point),
        rounds=evidence.found.outcome.rounds,
        search_requests=evidence.found.outcome.requests,
        ended=evidence.found.outcome.ended,
        gate=_gate(prepared, evidence),
        test=_test(prepared, evidence),
        coverage=_coverage(evidence),
        owner_coverage=owner_coverage(
            evidence.found.outcome.rounds,
            (*evidence.dev, *evidence.test, *own_reports(evidence.own)),
        ),
        bank=bank_of(prepared, evidence.found, evidence.lengths),
        own_prompts=own_results(prepared, space, evidence.own),
        embedding_scale=prepared.scale,
        front=front_of(space, evidence.lengths, evidence.tuned),
    )


def _owners(prepared: Prepared) -> tuple[OwnerSummary, ...]:
    return tuple(
        OwnerSummary(
            name=owner.data.owner,
            train=len(owner.data.train),
            dev=len(owner.data.dev),
            test=len(owner.data.test),
            destination=prepared.profile_of(owner.data.owner).destination,
            warnings=owner.warnings,
            judge=judge.destination if (judge := prepared.judge_of(owner.data.owner)) else "",
        )
        for owner in prepared.owners
    )


def _measure(prepared: Prepared, everyone: Held, pairs: Pairs) -> Measure:
    return measure_of(prepared.scoring.metric, everyone, pairs, prepared.run.seed)


def _gate(prepared: Prepared, evidence: Evidence) -> Gate:
    dev = pooled(evidence.dev)
    measure = _measure(prepared, dev, DEV_PAIRS)
    decision = evidence.decision
    return Gate(
        accepted=decision.accepted,
        reason=decision.reason,
        comparison=compare(dev, START, FOUND_ON_DEV, measure),
        noise_floor=decision.noise_floor,
        flip_rate=decision.flip_rate,
        alpha=prepared.run.gate.alpha,
        judge=judge_noise(dev) if prepared.scoring.judged else None,
    )


def _test(prepared: Prepared, evidence: Evidence) -> Test:
    everyone = pooled(evidence.test)
    measure = _measure(prepared, everyone, pairs_on_test(len(evidence.baselines)))
    return Test(
        n=everyone.n,
        cells=_both(everyone, measure),
        comparison=compare(everyone, START, TUNED, measure),
        owners=tuple(
            owner_test(report, START, TUNED, measure)
            for report in sorted(evidence.test, key=lambda report: report.client)
        ),
        confusion=confusions(everyone, (START, TUNED)),
        baselines=_baselines(evidence, everyone, measure),
        accuracy=_beside(everyone, measure),
    )


def _both(held: Held, measure: Measure) -> tuple[Cell, ...]:
    return (*cells(held, START, measure), *cells(held, TUNED, measure))


def _beside(held: Held, measure: Measure) -> Beside | None:
    if not isinstance(measure, ByTable):
        return None
    items = ByItems(measure.binary)
    return Beside(_both(held, items), compare(held, START, TUNED, items))


def _baselines(evidence: Evidence, everyone: Held, measure: Measure) -> tuple[Baseline, ...]:
    own = {report.client: held(report) for report in evidence.test}
    result = []
    for place, (name, found) in enumerate(evidence.baselines.items()):
        row = Named(2 + place, name)
        owner = own.get(name.removeprefix("alone: "))
        result.append(
            Baseline(
                name=name,
                cells=cells(everyone, row, measure),
                own=cells(owner, row, measure)[CALIBRATED] if owner else None,
                comparison=compare(everyone, row, TUNED, measure),
                requests=found.outcome.requests,
            )
        )
    return tuple(result)


def _coverage(evidence: Evidence) -> Coverage:
    held_out = (*evidence.dev, *evidence.test, *own_reports(evidence.own))
    rounds = evidence.found.outcome.rounds
    return Coverage(
        asked=sum(r.asked for r in rounds) + sum(report.asked for report in held_out),
        missing=sum(r.missing for r in rounds) + sum(report.missing for report in held_out),
        unreadable=sum(r.unreadable for r in rounds) + sum(r.unreadable for r in held_out),
        floored=int(sum(np.sum(report.statistics["floored"]) for report in held_out)),
        scored_held_out=sum(int(r.weight) * r.statistics["floored"].size for r in held_out),
    )
