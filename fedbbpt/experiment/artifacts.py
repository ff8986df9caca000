"""The files that a finished run leaves for people and apps; ``results.json`` is written last."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.calibration import Calibration
from fedbbpt.config.connect import Connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.reasoning import thinks
from fedbbpt.config.sections import Table
from fedbbpt.extraction.named import LABEL
from fedbbpt.objective import Row
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.rehearsal import longest_reply
from fedbbpt.runs.directory import MIX, REPORT, RESULTS, SIMULATION, STATS, TUNED, RunDirectory
from fedbbpt.runs.own_phrases import own_prompt_line
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Cell, Results, Stats
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.safe_text import safe_json, safe_text
from fedbbpt.server import RoundSummary
from fedbbpt.tuned import TunedPrompt


class Outcome(NamedTuple):
    """What a run ends with, before it is written.

    Attributes:
        results: every figure.
        stats: what it cost.
        tuned: the prompt that is returned.
        calibrations: its calibration at every owner, by name.
        own: prompts that owners get instead of the returned one, by owner.
        mix: every owner's belief as a prompt mix; empty where the method comes to none.
        inside: what only a simulation may show; None for a run with real owners.
    """

    results: Results
    stats: Stats
    tuned: Prompt
    calibrations: Mapping[str, Calibration]
    own: Mapping[str, Prompt]
    mix: Mapping[str, object]
    inside: SimulationView | None = None


async def owner_calibrations(
    lines: Connected, tuned: Prompt, own: Mapping[str, Prompt]
) -> dict[str, Calibration]:
    """Return every owner's calibration of its prompt, from answers that are journalled.

    Args:
        lines: open endpoints.
        tuned: the prompt that the run returns.
        own: prompts that owners get instead of it, by owner.
    """
    prepared = lines.prepared
    fitted = {}
    for name, client in sorted(lines.clients().items()):
        row = Row(own.get(name, tuned))
        (fitted[name],), _ = await client.owner.calibrations([row], prepared.run.seed)
    return fitted


def write_artifacts(directory: RunDirectory, prepared: Prepared, outcome: Outcome) -> None:
    """Write prompts, one line a round, stats, the report and, last, the results.

    Every owner's own file carries its calibration; ``tuned.json`` carries none.
    """
    results = outcome.results
    plain = _file(prepared, outcome.tuned, _origin(results, "raw"))
    directory.write("tuned.json", safe_json(plain.encode()))
    directory.write(TUNED, f"{safe_text(outcome.tuned.text())}\n".encode())
    for name, calibration in outcome.calibrations.items():
        origin = {"owner": name, **_origin(results, "calibrated", name)}
        own = replace(
            _file(prepared, outcome.own.get(name, outcome.tuned), origin),
            model=prepared.profile_of(name).model,
            form=prepared.profile_of(name).form,
            calibration=calibration if calibration.labels else None,
        )
        directory.write(f"owners/{name}.json", safe_json(own.encode()))
    if outcome.mix:
        directory.write_json(MIX, outcome.mix)
    directory.write("rounds.txt", safe_text(_lines(results)).encode())
    directory.write(STATS, outcome.stats.encode())
    if outcome.inside is not None:
        directory.write(SIMULATION, safe_json(outcome.inside.encode()))
    page = render_report(results, outcome.stats, outcome.inside)
    directory.write(REPORT, page.encode())
    directory.write(RESULTS, safe_json(results.encode()))


def _file(prepared: Prepared, prompt: Prompt, origin: Mapping[str, object]) -> TunedPrompt:
    """Return a prompt as a file without a calibration, for the first owner's endpoint."""
    scoring, first = prepared.scoring, prepared.profile_of(prepared.owners[0].data.owner)
    sent = scoring.reasoning.sent(prompt)
    return TunedPrompt(
        prompt=prompt if sent is None else sent,
        labels=prepared.run.task.labels,
        model=first.model,
        form=first.form,
        top_logprobs=scoring.top_logprobs,
        max_tokens=longest_reply(scoring.reasoning, prompt),
        answer=_read_by(prepared),
        reasoning=prepared.run.reasoning if sent is None else {},
        origin=origin,
    )


def _read_by(prepared: Prepared) -> Table:
    """Return the kind of answer that replies end with; empty where they are the answer."""
    if thinks(prepared.run) and prepared.run.task.labels:
        return {"use": LABEL}
    return prepared.run.task.answer


def _origin(results: Results, mode: str, owner: str = "") -> dict[str, object]:
    """Return where a prompt comes from; of an owner with a prompt of its own, that prompt's."""
    kept = [own for own in results.own_prompts if own.owner == owner and own.kept]
    cell = kept[0].score if kept else _cell(results, mode)
    return {
        **({"own_prompt": kept[0].name} if kept else {}),
        "run": results.name,
        "recipe": results.recipe,
        "accepted": results.gate.accepted,
        "metric": results.metric,
        "test_score": cell.score,
        "test_score_low": cell.low,
        "test_score_high": cell.high,
        "test_items": kept[0].test.n if kept else results.test.n,
        "mode": mode,
    }


def _cell(results: Results, mode: str) -> Cell:
    return next(c for c in results.test.cells if (c.prompt, c.mode) == ("tuned", mode))


def _line(r: RoundSummary) -> str:
    if r.proposed or r.dropped or r.written:
        return (
            f"round {r.round}: {r.proposed} new instructions by {', '.join(r.clients)}, "
            f"{r.dropped} dropped, {r.written} requests for texts, {r.requests} requests"
        )
    return (
        f"round {r.round}: {r.candidates} candidates on blocks of {r.block} at "
        f"{len(r.clients)} owners, best loss {r.best_loss:.4f}, mean {r.mean_loss:.4f}, "
        f"{r.requests} requests, {r.missing} missing, {r.unreadable} unreadable"
    )


def _lines(results: Results) -> str:
    lines = [_line(summary) for summary in results.rounds]
    gate = results.gate
    lines.append(f"dev: {gate.reason}")
    test = results.test.comparison
    lines.append(
        f"test: gain {test.gain:+.4f} (95 % {test.low:+.4f} to {test.high:+.4f}), "
        f"p = {test.p_value:.2g}, n = {test.n}"
    )
    lines += [own_prompt_line(own) for own in results.own_prompts]
    return "\n".join(lines) + "\n"
