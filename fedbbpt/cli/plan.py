"""The plan of a run for ``--dry-run``: what, where data will go, and the cost at most."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.safe_text import safe_text


def show_plan(console: Console, prepared: Prepared, *, baselines: bool) -> None:
    """Print the resolved run; nothing was contacted for it."""
    run = prepared.run
    say(console, f"{run.task.name}: {run.recipe}, seed {run.seed}, kept in {run.directory}")
    table = Table("owner", "train", "dev", "test", "examples go to", box=None, pad_edge=False)
    for owner in prepared.owners:
        data = owner.data
        sizes = (str(len(data.train)), str(len(data.dev)), str(len(data.test)))
        place = Text(safe_text(prepared.profile_of(data.owner).destination))
        table.add_row(Text(safe_text(data.owner)), *sizes, place)
    console.print(table)
    for axis in prepared.space.axes:
        say(console, f"slot {axis.name}: {len(axis.choices)} choices")
    say(console, f"reading: {prepared.scoring.reading}")
    for note in prepared.notes:
        say(console, f"note: {note}")
    plan = prepared.plan
    held_out = prepared.held_out_requests
    say(
        console,
        f"cost at most: {plan.requests} requests in {plan.rounds} search rounds + {held_out} for "
        f"calibration, dev and test = {plan.requests + held_out} calls",
    )
    if baselines:
        owners = len(prepared.owners)
        tests = sum(len(data.test) + len(data.dev) for data in prepared.data.values())
        more = 2 * run.search.requests + (owners + 1) * tests + (owners + 1) * held_out
        say(console, f"baselines: at most {more} calls more")
    caps = run.caps
    say(console, f"caps: calls {caps.calls or 'none'}, tokens {caps.tokens or 'none'}")
    if run.simulation is None:
        say(console, "owners are real: pooled and single-owner views are off")
    else:
        say(console, "simulation: all owners live in this process")
    console.rule("start")
    say(console, prepared.space.decode(origin(prepared.space)).text())


def say(console: Console, text: str) -> None:
    """Print a line that may hold anyone's text: never as markup, never with control characters."""
    console.print(Text(safe_text(text)))
