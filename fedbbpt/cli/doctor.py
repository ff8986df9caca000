"""``fedbbpt doctor``."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console

from fedbbpt.cli.doctor_view import show_findings, show_headroom, show_steps
from fedbbpt.cli.plan import say
from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import load_run
from fedbbpt.diagnosis.examination import MOST_CALLS
from fedbbpt.diagnosis.findings import Findings
from fedbbpt.diagnosis.folder import try_in_folder
from fedbbpt.diagnosis.headroom import NOT_WORTH, Headroom, Verdict, judge, spread_of
from fedbbpt.diagnosis.payload import findings_payload, headroom_payload
from fedbbpt.diagnosis.subjects import Patient, endpoints_of, examine_open, named_endpoint
from fedbbpt.diagnosis.trial import Trial, plan_trial

UNUSABLE = 1


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    target: str
    model: str | None
    key_env: str | None
    timeout: float | None
    headroom: bool
    examples: int
    directory: Path | None
    dry_run: bool
    as_json: bool

    @property
    def table(self) -> dict[str, object] | None:
        """The endpoint named on the spot, or None where TARGET is a run file."""
        spot = {"model": self.model, "key_env": self.key_env, "timeout_seconds": self.timeout}
        given = {name: value for name, value in spot.items() if value is not None}
        if "://" not in self.target:
            if given:
                raise click.UsageError("--model, --key-env and --timeout go with a URL")
            return None
        if self.model is None:
            raise click.UsageError("--model goes with a URL: the name that the server lists")
        if self.headroom or self.directory is not None:
            raise click.UsageError("--headroom and --dir need a run file, which names the prompts")
        return {"use": "openai", "url": self.target, **given}


@dataclass(frozen=True, slots=True)
class Order:
    """All that is to be done, worked out without contacting anybody.

    Attributes:
        patients: the endpoints.
        prepared: the run with the headroom test, or None without.
        trial: the headroom test, or None.
        folder: where its calls are kept.
    """

    patients: tuple[Patient, ...]
    prepared: Prepared | None = None
    trial: Trial | None = None
    folder: Path = Path()

    @property
    def calls(self) -> int:
        """Calls at most."""
        return MOST_CALLS * len(self.patients) + (self.trial.calls if self.trial else 0)


@click.command(name="doctor")
@click.argument("target", metavar="URL|RUN.toml")
@click.option("--model", help="The model's name at URL.")
@click.option("--key-env", help="NAME of the variable that holds the key for URL.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds a call.")
@click.option("--headroom", is_flag=True, help="Also score a few prompts of the run: worth tuning?")
@click.option(
    "--examples",
    type=click.IntRange(min=4),
    default=32,
    show_default=True,
    help="Dev examples an owner for --headroom, at most.",
)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help="Where --headroom keeps its calls."
)
@click.option("--dry-run", is_flag=True, help="Say what would be asked and the calls at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Say what an endpoint is, and whether tuning is worth it, before money is spent.

    Ends with 0 where every endpoint can be used, with 1 where one cannot.
    """
    given = Options(**options)
    order = _order(given)
    console = Console(stderr=given.as_json, highlight=False)
    show_steps(console, [patient.subject for patient in order.patients], details=given.dry_run)
    if order.trial is not None:
        say(console, _trial_line(order.trial, order.folder))
    say(console, f"calls at most: {order.calls:,}")
    if given.dry_run:
        if given.as_json:
            click.echo(orjson.dumps({"calls_at_most": order.calls}))
        return
    found = [asyncio.run(examine_open(patient)) for patient in order.patients]
    for findings in found:
        show_findings(console, findings)
    problems = [findings.problem for findings in found if findings.problem]
    headroom = None if problems else _headroom(order)
    if headroom is not None:
        show_headroom(console, headroom)
    if given.as_json:
        click.echo(_json(found, headroom))
    if problems:
        say(Console(stderr=True, highlight=False, soft_wrap=True), f"not usable: {problems[0]}")
        sys.exit(UNUSABLE)


def _order(given: Options) -> Order:
    table = given.table
    if table is not None:
        return Order((named_endpoint(table, os.environ),))
    run = load_run(Path(given.target))
    prepared = prepare(run, os.environ)
    if not given.headroom:
        return Order(endpoints_of(prepared))
    folder = given.directory or Path("runs") / f"doctor-{run.task.name}"
    return Order(endpoints_of(prepared), prepared, plan_trial(prepared, given.examples), folder)


def _headroom(order: Order) -> Headroom | None:
    """Return what the headroom test says, or None where none was asked for."""
    if order.prepared is None or order.trial is None:
        return None
    if len(order.trial.prompts) < 2:
        return Headroom(Verdict(NOT_WORTH), None, 0, 0)
    outcome = asyncio.run(try_in_folder(order.prepared, order.trial, order.folder))
    spread = spread_of(outcome.sums)
    return Headroom(judge(spread), spread, outcome.calls, outcome.counts.missing)


def _trial_line(trial: Trial, folder: Path) -> str:
    if len(trial.prompts) < 2:
        return "headroom: the space holds one prompt, nothing is asked"
    return (
        f"headroom: {len(trial.prompts)} prompts on {trial.items:,} dev examples of "
        f"{len(trial.data)} owners, at most {trial.calls:,} calls, kept in {folder}"
    )


def _json(found: list[Findings], headroom: Headroom | None) -> str:
    body = {
        "usable": not any(findings.problem for findings in found),
        "endpoints": [findings_payload(findings) for findings in found],
        "headroom": None if headroom is None else headroom_payload(headroom),
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
