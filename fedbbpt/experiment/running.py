"""A whole run: search, gate, baselines, sealed test, and the files it leaves."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.config.connect import Connected, connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.searched import origin
from fedbbpt.config.tables import check_table_metric
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.endpoints.wire.replies import NO_LOGPROBS
from fedbbpt.engines.local import Local
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.experiment.artifacts import Outcome, owner_calibrations, write_artifacts
from fedbbpt.experiment.assemble import Evidence, assemble_results
from fedbbpt.experiment.deciding import decision_on
from fedbbpt.experiment.embedding_scale import scaled
from fedbbpt.experiment.identity import data_digest, sealed_digest
from fedbbpt.experiment.inside import look_inside
from fedbbpt.experiment.lengths import lengths_of
from fedbbpt.experiment.own_prompts import at_home, belief_mix, kept_prompts, on_dev, on_test
from fedbbpt.experiment.rows import DEV_PAIRS, pairs_on_test
from fedbbpt.experiment.spent import spent
from fedbbpt.experiment.stages import Found, Progress, Stages
from fedbbpt.experiment.tracking import followed
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.figures import pooled
from fedbbpt.runs.measures import measure_of
from fedbbpt.runs.openings import open_test
from fedbbpt.runs.results import Results, Stats
from fedbbpt.runs.rounds import Rounds
from fedbbpt.splits import split_digest
from fedbbpt.storage.damage import Damage
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.work.evaluate import CALIBRATED

SHOWN = 3
"""Reasons for missing replies that an error names."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run ends with.

    Attributes:
        results: every figure.
        stats: what it cost.
        directory: where it is kept.
        warning: what the tracker was not told, and why; empty where it was told all.
    """

    results: Results
    stats: Stats
    directory: RunDirectory
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how a run goes.

    Attributes:
        progress: told after every search round.
        announce: told what comes next.
    """

    progress: Progress = lambda _stage, _summary: None
    announce: Callable[[str], None] = lambda _text: None


def wants_baselines(run: RunFile, *, asked: bool) -> bool:
    """Tell whether a run also searches for every owner alone and for pooled data.

    Raises:
        ConfigError: asked of a run with real owners.
    """
    if asked and run.simulation is None:
        raise ConfigError(
            "baselines: they look at all owners' data in one place, which only a run with "
            "[simulation] may do"
        )
    return asked or (run.simulation is not None and run.simulation.baselines)


async def run_experiment(
    prepared: Prepared, directory: RunDirectory, watcher: Watcher, *, baselines: bool
) -> Finished:
    """Run, or go on with, a run in its directory.

    The same directory, run file and data always end in the same results, given the same
    completions; what is journalled is not paid again.

    Raises:
        FedbbptError: the run cannot go on now; nothing that was paid for is lost.
    """
    baselines = wants_baselines(prepared.run, asked=baselines)
    if baselines:
        compared = len(pairs_on_test(len(prepared.owners) + 2))
        metric, labels = prepared.scoring.metric, prepared.run.task.labels
        check_table_metric(metric, labels, "[scoring] metric, with baselines", compared)
    identity = digest([prepared.run.identity, split_digest(prepared.data), data_digest(prepared)])
    began = time.monotonic()
    journals = other_journals(prepared.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(directory.path))
        directory.claim(identity, prepared.run.payload())
        calls = stack.enter_context(FramedLog.open(directory.calls))
        log = stack.enter_context(FramedLog.open(directory.rounds))
        others = stack.enter_context(opened(journals))
        journal = Journal(calls, others)
        _announce_first_questions(prepared, watcher)
        async with (
            followed(prepared, directory.path) as told,
            connected(prepared, journal, searching=True) as opened_lines,
        ):
            lines = await scaled(opened_lines, watcher.announce)
            rounds = Rounds(log, calls, lines.prepared.fingerprint)
            stages = Stages(lines, rounds, told.beside(watcher.progress), watcher.announce)
            try:
                evidence = await _evidence(stages, directory, baselines=baselines)
            except QuorumError as error:
                raise QuorumError(f"{error} ({_failures(lines)})") from error
            outcome = await _outcome(lines, evidence, began, rounds.damage)
            write_artifacts(directory, lines.prepared, outcome)
            told.finished(outcome.results, outcome.stats, outcome.tuned.text())
    return Finished(outcome.results, outcome.stats, directory, told.warning)


def _announce_first_questions(prepared: Prepared, watcher: Watcher) -> None:
    profiles = [connector.profile() for connector in prepared.connectors.values()]
    profiles += [] if prepared.encoding is None else [prepared.encoding.profile]
    places = sorted({profile.destination for profile in profiles if not profile.pinned})
    if places:
        # Said before, because the patience with a server that loads or is down is all silence.
        watcher.announce(f"connecting to {', '.join(places)}, waiting up to two minutes")


async def _outcome(lines: Connected, evidence: Evidence, began: float, rounds: Damage) -> Outcome:
    prepared = lines.prepared
    space = prepared.space_with(evidence.texts)
    tuned, found = space.decode(evidence.tuned), space.decode(evidence.found.point)
    own = {**at_home(lines, evidence.tuned), **kept_prompts(space, evidence.own)}
    calibrations = await owner_calibrations(lines, tuned, own)
    evidence = evidence._replace(lengths=await lengths_of(lines, evidence.found))
    return Outcome(
        results=assemble_results(prepared, evidence),
        stats=spent(lines, time.monotonic() - began, evidence.openings, rounds),
        tuned=tuned,
        calibrations=calibrations,
        inside=await look_inside(lines, found, calibrations, at_home(lines, evidence.found.point)),
        own=own,
        mix=belief_mix(prepared, evidence.found),
    )


def _failures(lines: Connected) -> str:
    """Say why replies were missing in this process, the most frequent reasons first."""
    counted: Counter[tuple[str, str]] = Counter()
    for endpoint in lines.opened:
        for reason, count in endpoint.reasons.items():
            counted[endpoint.profile.destination, reason] += count
    said = [f"{place}: {count} x {why}" for (place, why), count in counted.most_common(SHOWN)]
    if any(why == NO_LOGPROBS for _, why in counted):
        said.append("for a server without log-probabilities set top_logprobs = 0")
    return ", ".join(said) or "no reply is missing"


async def _evidence(stages: Stages, directory: RunDirectory, *, baselines: bool) -> Evidence:
    prepared = stages.connected.prepared
    engine = Local(stages.connected.clients())
    found = await stages.search("search", engine, prepared.schedule)
    stages = replace(stages, texts=found.texts)
    start = origin(prepared.space)
    rows = [start, start, found.point]
    dev = await stages.evaluate("dev", engine, rows, (0, 1, 0), "dev", DEV_PAIRS)
    decision = decision_on(prepared, dev)
    others = await _baselines(stages, engine) if baselines else {}
    stages, moved = stages.joined(list(others.values()))
    others = dict(zip(others, moved, strict=True))
    tuned = found.point if decision.accepted else start
    own = await on_dev(stages, engine, found, tuned)
    points = [start, tuned, *(other.point for other in others.values())]
    openings = open_test(directory.openings, sealed_digest(prepared), directory.path.name)
    stage = "test with baselines" if baselines else "test"
    pairs = pairs_on_test(len(others))
    test = await stages.evaluate(stage, engine, points, [0] * len(points), "test", pairs)
    own, texts = await on_test(stages, engine, own, tuned), stages.texts
    return Evidence(found, tuned, decision, tuple(dev), tuple(test), others, openings, texts, own)


async def _baselines(stages: Stages, engine: Local) -> dict[str, Found]:
    alone = await stages.alone(engine)
    stages, moved = stages.joined(list(alone.values()))
    alone = dict(zip(alone, moved, strict=True))
    points = [found.point for found in alone.values()]
    dev = await stages.evaluate("dev of baselines", engine, points, [0] * len(points), "dev")
    held, prepared = pooled(dev), stages.connected.prepared
    measure = measure_of(prepared.scoring.metric, held, (), prepared.run.seed)
    scores = [measure.estimate(held, CALIBRATED, row).value for row in range(len(points))]
    best = list(alone)[int(np.argmax(scores))]
    named = {f"alone: {name}": found for name, found in alone.items()}
    return {
        f"best single client ({best})": alone[best],
        **named,
        "pooled data": await stages.pooled(engine),
    }
