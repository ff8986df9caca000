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
from fedbbpt.runs.directory import REPORT, RESULTS, SIMULATION, STATS, TUNED, RunDirectory
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Cell, Results, Stats
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.safe_text import safe_json, safe_text
from fedbbpt.tuned import TunedPrompt


class Outcome(NamedTuple):
    """What a run ends with, before it is written.

    Attributes:
        results: every figure.
        stats: what it cost.
        tuned: the prompt that is returned.
        calibrations: its calibration at every owner, by name.
        inside: what only a simulation may show; None for a run with real owners.
    """

    results: Results
    stats: Stats
    tuned: Prompt
    calibrations: Mapping[str, Calibration]
    inside: SimulationView | None = None


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
        form=prepared.profile_of(prepared.owners[0].data.owner).form,
        top_logprobs=prepared.scoring.reasoning.top_logprobs,
        max_tokens=prepared.scoring.reasoning.max_tokens,
        origin=_origin(results, "raw"),
    )
    directory.write("tuned.json", safe_json(plain.encode()))
    directory.write(TUNED, f"{safe_text(outcome.tuned.text())}\n".encode())
    for name, calibration in outcome.calibrations.items():
        own = replace(
            plain,
            model=prepared.profile_of(name).model,
            form=prepared.profile_of(name).form,
            calibration=calibration if calibration.labels else None,
            origin={"owner": name, **_origin(results, "calibrated")},
        )
        directory.write(f"owners/{name}.json", safe_json(own.encode()))
    directory.write("rounds.txt", safe_text(_lines(results)).encode())
    directory.write(STATS, outcome.stats.encode())
    if outcome.inside is not None:
        directory.write(SIMULATION, safe_json(outcome.inside.encode()))
    page = render_report(results, outcome.stats, outcome.inside)
    directory.write(REPORT, page.encode())
    directory.write(RESULTS, safe_json(results.encode()))


def _origin(results: Results, mode: str) -> dict[str, object]:
    cell = _cell(results, mode)
    return {
        "run": results.name,
        "recipe": results.recipe,
        "accepted": results.gate.accepted,
        "metric": results.metric,
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
