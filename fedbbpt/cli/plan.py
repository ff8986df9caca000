"""The plan of a run for ``--dry-run``: what, where data will go, and the cost at most."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fedbbpt.cli.cost_view import caps_text, cost_table, price_lines
from fedbbpt.config.estimate import embedded_texts
from fedbbpt.config.other_runs import other_journals
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.proposing import grants_texts
from fedbbpt.config.searched import origin
from fedbbpt.proposers import Reflecting
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_text


def show_plan(console: Console, prepared: Prepared, *, baselines: bool) -> None:
    """Print the resolved run; nothing was contacted for it."""
    run = prepared.run
    say(console, f"{run.task.name}: {run.recipe}, seed {run.seed}, kept in {run.directory}")
    _show_places(console, prepared)
    for axis in prepared.space.axes:
        say(console, f"slot {axis.name}: {len(axis.choices)} choices")
    say(console, f"reading: {prepared.scoring.reading}")
    for note in prepared.notes:
        say(console, f"note: {note}")
    plan = prepared.plan
    held_out = prepared.held_out_requests
    counted = "evaluations" if prepared.scoring.evaluated else "calls"
    say(
        console,
        f"cost at most: {plan.requests} requests in {plan.rounds} search rounds + {held_out} for "
        f"calibration, dev and test = {plan.requests + held_out} {counted}",
    )
    if prepared.scoring.judged:
        asked = plan.requests + held_out
        grades = asked // prepared.scoring.requests_per_item
        say(console, f"and {grades} grades: {asked + grades} calls together")
    if (line := _encoder(prepared)) is not None:
        say(console, line)
    if baselines:
        owners = len(prepared.owners)
        tests = sum(len(data.test) + len(data.dev) for data in prepared.data.values())
        tests *= prepared.scoring.requests_per_item
        more = 2 * run.search.requests + (owners + 1) * tests + (owners + 1) * held_out
        more += (owners + 1) * embedded_texts(prepared)
        say(console, f"baselines: at most {more} calls more")
    for line in (*price_lines(prepared), *caps_text(prepared)):
        say(console, line)
    if (table := cost_table(prepared)) is not None:
        console.print(table)
    if run.simulation is None:
        say(console, "owners are real: pooled and single-owner views are off")
    else:
        say(console, "simulation: all owners live in this process")
    _show_start(console, prepared)


def _show_start(console: Console, prepared: Prepared) -> None:
    """Print the start as it is sent; where that takes several requests, what stands around it."""
    console.rule("start")
    start = prepared.space.decode(origin(prepared.space))
    sent = prepared.scoring.reasoning.sent(start)
    say(console, (sent or start).text())
    if sent is None and not prepared.scoring.evaluated:
        say(console, f"around it: {prepared.scoring.reading}")


def _show_places(console: Console, prepared: Prepared) -> None:
    """Print where data will go: examples, what judges see, and figures for a tracker."""
    table = Table("owner", "train", "dev", "test", "examples go to", box=None, pad_edge=False)
    for owner in prepared.owners:
        data = owner.data
        sizes = (str(len(data.train)), str(len(data.dev)), str(len(data.test)))
        place = Text(safe_text(prepared.profile_of(data.owner).destination))
        table.add_row(Text(safe_text(data.owner)), *sizes, place)
    console.print(table)
    _show_judges(console, prepared)
    patient = [one.data.owner for one in prepared.owners if _is_patient(prepared, one.data.owner)]
    if patient:
        say(console, f"as batch files, a day for each round at most: {', '.join(patient)}")
    if (line := _writer(prepared)) is not None:
        say(console, line)
    if prepared.tracker is not None:
        say(console, f"figures, prompts and the report page go to: {prepared.tracker.destination}")
    for journal in other_journals(prepared.run, RunDirectory(Path(prepared.run.directory))):
        megabytes = journal.stat().st_size / 1e6
        say(console, f"answers are taken over from: {journal} ({megabytes:,.1f} MB, only read)")


def _writer(prepared: Prepared) -> str | None:
    """Say who writes new instructions, and what that place gets to see."""
    proposing = prepared.proposing
    if proposing is None:
        return None
    use = prepared.run.proposer["use"]
    if proposing.growth.by_owners:
        granting = sum(grants_texts(prepared.run, one.section) for one in prepared.owners)
        reflects = isinstance(proposing.growth.proposer, Reflecting)
        seen = "; it sees the owner's own mistakes" if reflects else ""
        return (
            f"new instructions: {use} at every owner and its endpoint{seen}; they leave by the "
            f"owner's grant of texts only, after its leak guard; {granting} of "
            f"{len(prepared.owners)} owners grant them"
        )
    if proposing.profile is None:
        return f"new instructions: {use}, without a model"
    return (
        f"new instructions: {use}; scored instructions, no examples, go to "
        f"{proposing.profile.destination}"
    )


def _encoder(prepared: Prepared) -> str | None:
    """Say who embeds instructions, how many at most, and that nothing else goes there."""
    if prepared.encoding is None:
        return None
    return (
        f"embeddings: at most {embedded_texts(prepared)} instructions, one call each; they, and no "
        f"examples, go to {prepared.encoding.profile.destination}"
    )


def _is_patient(prepared: Prepared, owner: str) -> bool:
    return prepared.profile_of(owner).transport == "batch"


def _show_judges(console: Console, prepared: Prepared) -> None:
    graded: dict[str, list[str]] = {}
    for owner in prepared.owners:
        if judge := prepared.judge_of(owner.data.owner):
            graded.setdefault(judge.destination, []).append(owner.data.owner)
    for place, owners in graded.items():
        say(console, f"judge: inputs, answers and targets of {', '.join(owners)} go to {place}")


def say(console: Console, text: str) -> None:
    """Print a line that may hold anyone's text: never as markup, never with control characters."""
    console.print(Text(safe_text(text)))
