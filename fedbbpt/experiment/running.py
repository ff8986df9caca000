"""A whole run: search, gate, baselines, sealed test, and the files it leaves."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.config.connect import Connected, connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.searched import origin
from fedbbpt.endpoints.chat_wire import NO_LOGPROBS
from fedbbpt.endpoints.journal import Journal
from fedbbpt.engines.local import Local
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.experiment.artifacts import Outcome, owner_calibrations, write_artifacts
from fedbbpt.experiment.assemble import Evidence, assemble_results
from fedbbpt.experiment.stages import Found, Progress, Stages
from fedbbpt.gate import GateDecision, decide
from fedbbpt.messages import Report
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.figures import is_binary, paired_sums, pooled
from fedbbpt.runs.openings import open_test
from fedbbpt.runs.results import Results, Stats
from fedbbpt.runs.rounds import Rounds
from fedbbpt.splits import split_digest
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock

START, AGAIN, FOUND = range(3)
"""Rows of the gate's evaluation: the start, the start asked again, the found prompt."""

SHOWN = 3
"""Reasons for missing replies that an error names."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run ends with."""

    results: Results
    stats: Stats
    directory: RunDirectory


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
    identity = digest([prepared.run.identity, split_digest(prepared.data), _data_digest(prepared)])
    began = time.monotonic()
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(directory.path))
        directory.claim(identity, prepared.run.payload())
        calls = stack.enter_context(FramedLog.open(directory.calls))
        log = stack.enter_context(FramedLog.open(directory.rounds))
        journal = Journal(calls)
        async with connected(prepared, journal) as lines:
            stages = Stages(
                lines, Rounds(log, calls, prepared.fingerprint), watcher.progress, watcher.announce
            )
            try:
                evidence = await _evidence(stages, directory, baselines=baselines)
            except QuorumError as error:
                raise QuorumError(f"{error} ({_failures(lines)})") from error
            results = assemble_results(prepared, evidence)
            calibrations = await owner_calibrations(lines, evidence.tuned)
            stats = _stats(lines, journal, time.monotonic() - began, evidence.openings)
            tuned = prepared.space.decode(evidence.tuned)
            write_artifacts(directory, prepared, Outcome(results, stats, tuned, calibrations))
    return Finished(results, stats, directory)


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
    start = origin(prepared.space)
    rows = [start, start, found.point]
    dev = await stages.evaluate("dev", engine, rows, (0, 1, 0), "dev")
    decision = _decision(dev, alpha=prepared.run.gate.alpha)
    others = await _baselines(stages, engine) if baselines else {}
    tuned = found.point if decision.accepted else start
    points = [start, tuned, *(other.point for other in others.values())]
    openings = open_test(directory.openings, _test_digest(prepared), directory.path.name)
    stage = "test with baselines" if baselines else "test"
    test = await stages.evaluate(stage, engine, points, [0] * len(points), "test")
    return Evidence(found, tuned, decision, tuple(dev), tuple(test), others, openings)


async def _baselines(stages: Stages, engine: Local) -> dict[str, Found]:
    alone = await stages.alone(engine)
    points = [found.point for found in alone.values()]
    dev = await stages.evaluate("dev of baselines", engine, points, [0] * len(points), "dev")
    scores = pooled(dev).statistics["score_sum"][1]
    best = list(alone)[int(np.argmax(scores))]
    named = {f"alone: {name}": found for name, found in alone.items()}
    return {
        f"best single client ({best})": alone[best],
        **named,
        "pooled data": await stages.pooled(engine),
    }


def _decision(dev: list[Report], *, alpha: float) -> GateDecision:
    held = pooled(dev)
    return decide(
        paired_sums(held, START, FOUND),
        paired_sums(held, START, AGAIN),
        binary=is_binary(held),
        alpha=alpha,
    )


def _stats(lines: Connected, journal: Journal, seconds: float, openings: int) -> Stats:
    ledger = journal.tally()
    return Stats(
        requests=sum(endpoint.requests for endpoint in lines.opened),
        hits=sum(endpoint.hits for endpoint in lines.opened),
        calls=ledger.calls,
        possibly_billed=ledger.possibly_billed,
        failed=ledger.failed,
        prompt_tokens=ledger.prompt_tokens,
        completion_tokens=ledger.completion_tokens,
        seconds=seconds,
        openings=openings,
    )


def _data_digest(prepared: Prepared) -> str:
    return digest(
        [
            [example.id, example.input, list(example.targets)]
            for name in sorted(prepared.data)
            for split in prepared.data[name].splits().values()
            for example in split
        ]
    )


def _test_digest(prepared: Prepared) -> str:
    texts = sorted(
        digest(example.input) for data in prepared.data.values() for example in data.test
    )
    return digest(texts)
