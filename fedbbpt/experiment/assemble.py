"""The results of a run put together from its reports: pure."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.distributions import Floats
from fedbbpt.experiment.stages import Found
from fedbbpt.gate import GateDecision
from fedbbpt.messages import Report
from fedbbpt.prompts import Prompt
from fedbbpt.runs.figures import (
    Held,
    Named,
    cells,
    compare,
    confusions,
    held,
    is_binary,
    owner_test,
    pooled,
)
from fedbbpt.runs.results import (
    Axis,
    Baseline,
    Change,
    Coverage,
    Gate,
    OwnerSummary,
    PromptText,
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
    """

    found: Found
    tuned: Floats
    decision: GateDecision
    dev: tuple[Report, ...]
    test: tuple[Report, ...]
    baselines: Mapping[str, Found]
    openings: int


def assemble_results(prepared: Prepared, evidence: Evidence) -> Results:
    """Return the results, the same bytes for the same reports."""
    run, space = prepared.run, prepared.space
    start = origin(space)
    return Results(
        name=run.task.name,
        recipe=run.recipe,
        seed=run.seed,
        fingerprint=prepared.fingerprint,
        simulation=run.simulation is not None,
        topic=run.task.topic,
        labels=run.task.labels,
        metric=str(run.scoring.metric["use"]),
        reading=prepared.scoring.reading,
        owners=_owners(prepared),
        split=split_digest(prepared.data),
        notes=prepared.notes,
        axes=tuple(Axis(axis.name, axis.choices) for axis in space.axes),
        start=prompt_text(space.decode(start)),
        found=prompt_text(space.decode(evidence.found.point)),
        tuned=prompt_text(space.decode(evidence.tuned)),
        changes=_changes(prepared, evidence.found.point),
        rounds=evidence.found.outcome.rounds,
        search_requests=evidence.found.outcome.requests,
        ended=evidence.found.outcome.ended,
        gate=_gate(evidence, run.gate.alpha),
        test=_test(evidence),
        coverage=_coverage(evidence),
    )


def prompt_text(prompt: Prompt) -> PromptText:
    """Return a prompt as the results show it."""
    messages = tuple((message.role, message.content) for message in prompt.messages)
    return PromptText(messages, prompt.words, sum(len(content) for _, content in messages))


def _owners(prepared: Prepared) -> tuple[OwnerSummary, ...]:
    return tuple(
        OwnerSummary(
            name=owner.data.owner,
            train=len(owner.data.train),
            dev=len(owner.data.dev),
            test=len(owner.data.test),
            destination=prepared.profile_of(owner.data.owner).destination,
            warnings=owner.warnings,
        )
        for owner in prepared.owners
    )


def _changes(prepared: Prepared, found: Floats) -> tuple[Change, ...]:
    return tuple(
        Change(axis.name, axis.choices[0], axis.choices[int(choice)])
        for axis, choice in zip(prepared.space.axes, found, strict=False)
        if choice
    )


def _gate(evidence: Evidence, alpha: float) -> Gate:
    dev = pooled(evidence.dev)
    decision = evidence.decision
    return Gate(
        accepted=decision.accepted,
        reason=decision.reason,
        comparison=compare(dev, START, FOUND_ON_DEV, binary=is_binary(dev)),
        noise_floor=decision.noise_floor,
        flip_rate=decision.flip_rate,
        alpha=alpha,
    )


def _test(evidence: Evidence) -> Test:
    everyone = pooled(evidence.test)
    binary = is_binary(everyone)
    both = (START, TUNED)
    return Test(
        n=everyone.n,
        cells=tuple(cell for named in both for cell in cells(everyone, named, binary=binary)),
        comparison=compare(everyone, START, TUNED, binary=binary),
        owners=tuple(
            owner_test(report, START, TUNED, binary=binary)
            for report in sorted(evidence.test, key=lambda report: report.client)
        ),
        confusion=confusions(everyone, both),
        baselines=_baselines(evidence, everyone, binary=binary),
    )


def _baselines(evidence: Evidence, everyone: Held, *, binary: bool) -> tuple[Baseline, ...]:
    own = {report.client: held(report) for report in evidence.test}
    result = []
    for place, (name, found) in enumerate(evidence.baselines.items()):
        row = Named(2 + place, name)
        owner = own.get(name.removeprefix("alone: "))
        result.append(
            Baseline(
                name=name,
                cells=cells(everyone, row, binary=binary),
                own=cells(owner, row, binary=binary)[CALIBRATED] if owner else None,
                comparison=compare(everyone, row, TUNED, binary=binary),
                requests=found.outcome.requests,
            )
        )
    return tuple(result)


def _coverage(evidence: Evidence) -> Coverage:
    held_out = (*evidence.dev, *evidence.test)
    rounds = evidence.found.outcome.rounds
    return Coverage(
        asked=sum(r.asked for r in rounds) + sum(report.asked for report in held_out),
        missing=sum(r.missing for r in rounds) + sum(report.missing for report in held_out),
        unreadable=sum(r.unreadable for r in rounds) + sum(r.unreadable for r in held_out),
        floored=int(sum(np.sum(report.statistics["floored"]) for report in held_out)),
        scored_held_out=sum(int(r.weight) * r.statistics["floored"].size for r in held_out),
    )
