"""The files that a finished run leaves for people and apps; ``results.json`` is written last."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.calibration import Calibration
from fedbbpt.config.connect import Connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.distributions import Floats
from fedbbpt.objective import Row
from fedbbpt.prompts import Prompt
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Cell, Results, Stats
from fedbbpt.tuned import TunedPrompt

RESULTS = "results.json"


class Outcome(NamedTuple):
    """What a run ends with, before it is written.

    Attributes:
        results: every figure.
        stats: what it cost.
        tuned: the prompt that is returned.
        calibrations: its calibration at every owner, by name.
    """

    results: Results
    stats: Stats
    tuned: Prompt
    calibrations: Mapping[str, Calibration]


async def owner_calibrations(lines: Connected, tuned: Floats) -> dict[str, Calibration]:
    """Return every owner's calibration of the tuned prompt, from answers that are journalled."""
    prepared = lines.prepared
    row = Row(prepared.space.decode(tuned))
    fitted = {}
    for name, client in sorted(lines.clients().items()):
        (fitted[name],), _ = await client.owner.calibrations([row], prepared.run.seed)
    return fitted


def write_artifacts(directory: RunDirectory, prepared: Prepared, outcome: Outcome) -> None:
    """Write prompts, one line a round, stats, the report and, last, the results.

    Every owner's own file carries its calibration; ``tuned.json`` carries none.
    """
    results = outcome.results
    plain = TunedPrompt(
        prompt=outcome.tuned,
        labels=prepared.run.task.labels,
        model=prepared.profile_of(prepared.owners[0].data.owner).model,
        top_logprobs=prepared.scoring.reasoning.top_logprobs,
        max_tokens=prepared.scoring.reasoning.max_tokens,
        origin=_origin(results, "raw"),
    )
    directory.write("tuned.json", plain.encode())
    directory.write("tuned.txt", f"{outcome.tuned.text()}\n".encode())
    for name, calibration in outcome.calibrations.items():
        own = replace(
            plain,
            model=prepared.profile_of(name).model,
            calibration=calibration if calibration.labels else None,
            origin={"owner": name, **_origin(results, "calibrated")},
        )
        directory.write(f"owners/{name}.json", own.encode())
    directory.write("rounds.txt", _lines(results).encode())
    directory.write("stats.json", outcome.stats.encode())
    directory.write("report.html", render_report(results, outcome.stats).encode())
    directory.write(RESULTS, results.encode())


def _origin(results: Results, mode: str) -> dict[str, object]:
    cell = _cell(results, mode)
    return {
        "run": results.name,
        "recipe": results.recipe,
        "accepted": results.gate.accepted,
        "test_score": cell.score,
        "test_score_low": cell.low,
        "test_score_high": cell.high,
        "test_items": results.test.n,
        "mode": mode,
    }


def _cell(results: Results, mode: str) -> Cell:
    return next(c for c in results.test.cells if (c.prompt, c.mode) == ("tuned", mode))


def _lines(results: Results) -> str:
    lines = [
        f"round {r.round}: {r.candidates} candidates on blocks of {r.block} at "
        f"{len(r.clients)} owners, best loss {r.best_loss:.4f}, mean {r.mean_loss:.4f}, "
        f"{r.requests} requests, {r.missing} missing, {r.unreadable} unreadable"
        for r in results.rounds
    ]
    gate = results.gate
    lines.append(f"dev: {gate.reason}")
    test = results.test.comparison
    lines.append(
        f"test: gain {test.gain:+.4f} (95 % {test.low:+.4f} to {test.high:+.4f}), "
        f"p = {test.p_value:.2g}, n = {test.n}"
    )
    return "\n".join(lines) + "\n"
