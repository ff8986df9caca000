"""``fedbbpt compare``."""

import os
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.shared import INTERRUPTED, arm_crash, plain_errors
from fedbbpt.config.runfile import load_run
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.compare.comparing import Announce, Ended, compare
from fedbbpt.experiment.compare.files import PAGE, table_text
from fedbbpt.experiment.compare.plan import ALWAYS, Plan, Question, plan_of
from fedbbpt.experiment.compare.seeds import parse_seeds
from fedbbpt.safe_text import safe_json, safe_text


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    file: Path
    recipes: str
    seeds: str
    directory: str | None
    without: tuple[str, ...]
    equal_rounds: bool
    calls: int | None
    dry_run: bool
    as_json: bool

    def question(self) -> Question:
        """Return what is to be compared.

        Raises:
            ConfigError: the run file or an option cannot be meant.
        """
        run = load_run(self.file)
        if self.calls is not None:
            run = replace(run, caps=replace(run.caps, calls=self.calls))
        return Question(
            run=run,
            recipes=tuple(name.strip() for name in self.recipes.split(",")),
            seeds=parse_seeds(self.seeds),
            without=self.without,
            equal_rounds=self.equal_rounds,
        )


@click.command(name="compare")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--recipes", required=True, help="Methods, with commas between; the first leads.")
@click.option("--seeds", default="0-4", show_default=True, help="Of the searches: 0-4 or 0,3.")
@click.option("--dir", "directory", type=click.Path(), help="Where the comparison is kept.")
@click.option(
    "--without", multiple=True, type=click.Choice(ALWAYS), help="Leave out a row; repeatable."
)
@click.option(
    "--equal-rounds/--no-equal-rounds",
    default=True,
    help="Also a table at the rounds of the shortest search (the default).",
)
@click.option("--calls", type=click.IntRange(min=1), help="Replaces the run file's cap on calls.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what it costs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Compare methods on the task of FILE: recipes by seeds, on one split, from one journal.

    The start, random search, hand-written prompts, random exemplars, every owner alone and pooled
    data are always in. Stopped and started again, it goes on where it was.
    """
    given = Options(**options)
    question = given.question()
    arm_crash()
    plan = plan_of(question, os.environ)
    folder = Path(given.directory or f"{question.run.directory}-compare")
    if given.dry_run:
        _show_plan(plan, folder)
        return
    ended = _compare(plan, folder, as_json=given.as_json)
    if given.as_json:
        body = {
            "directory": str(folder),
            "compared": orjson.loads(ended.compared.encode()),
            "stats": orjson.loads(ended.paid.encode()),
        }
        click.echo(safe_json(canonical_json(body)))
    else:
        _show(ended)


def _compare(plan: Plan, folder: Path, *, as_json: bool) -> Ended:
    def announce(text: str) -> None:
        click.echo(safe_text(text), err=as_json)

    told: Announce = announce
    try:
        return run_until_done(compare(plan, folder, told))
    except KeyboardInterrupt:
        again = shlex.join(["fedbbpt", *sys.argv[1:]])
        click.echo(f"stopped; every completion received is kept. Go on with: {again}", err=True)
        sys.exit(INTERRUPTED)


def _show_plan(plan: Plan, folder: Path) -> None:
    question, most = plan.question, plan.most_calls
    for name, contender in plan.contenders.items():
        click.echo(safe_text(f"{name}: {contender.title}"))
    for name, why in plan.left_out.items():
        click.echo(safe_text(f"{name}: left out: {why}"))
    places = sorted({profile.destination for profile in plan.base.profiles.values()})
    click.echo(safe_text(f"examples go to: {', '.join(places)}"))
    if (encoding := plan.opening.encoding) is not None:
        click.echo(safe_text(f"instructions are embedded at: {encoding.profile.destination}"))
    click.echo(
        f"{len(plan.cells)} searches ({len(question.seeds)} seeds), at most {most.searches:,} calls"
        f" + {most.gates:,} for the gate + {most.test:,} for the sealed test = {most.all:,}"
    )
    if question.equal_rounds and len(question.recipes) > 1:
        click.echo("and the gate and the sealed test of what differs at equal rounds")
    click.echo(safe_text(f"kept in {folder}"))


def _show(ended: Ended) -> None:
    compared, paid = ended.compared, ended.paid
    click.echo(safe_text(f"\n{table_text(compared)}"), nl=False)
    for name, why in compared.left_out:
        click.echo(safe_text(f"{name} is left out: {why}"))
    click.echo(
        f"\n{compared.items:,} sealed items, {compared.prompts} prompts were shown them; "
        f"opened by {paid.openings} of the runs beside this one, itself included"
    )
    click.echo(f"Cost: {paid.calls:,} calls paid, all processes")
    click.echo(safe_text(f"Page: {ended.directory.path / PAGE}"))
