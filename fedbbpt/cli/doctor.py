"""``fedbbpt doctor``."""

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import click
import orjson
from rich.console import Console

from fedbbpt.cli.cost_view import price_line
from fedbbpt.cli.doctor_view import show_findings, show_headroom, show_steps
from fedbbpt.cli.plan import say
from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import load_run
from fedbbpt.diagnosis.examination import MOST_CALLS, most_tokens
from fedbbpt.diagnosis.findings import Findings
from fedbbpt.diagnosis.folder import try_in_folder
from fedbbpt.diagnosis.headroom import NOT_WORTH, Headroom, Verdict, judge, spread_of
from fedbbpt.diagnosis.money import most_money
from fedbbpt.diagnosis.patience import Patience
from fedbbpt.diagnosis.payload import findings_payload, headroom_payload
from fedbbpt.diagnosis.subjects import Patient, endpoints_of, examine_open, named_endpoint
from fedbbpt.diagnosis.trial import Trial, plan_trial
from fedbbpt.event_loop import run_until_done
from fedbbpt.money import shown

UNUSABLE = 1


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    target: str
    model: str | None
    key_env: str | None
    key_header: str | None
    timeout: float | None
    wait: float
    headroom: bool
    examples: int
    directory: Path | None
    dry_run: bool
    as_json: bool

    @property
    def table(self) -> dict[str, object] | None:
        """The endpoint named on the spot, or None where TARGET is a run file."""
        spot = {
            "model": self.model,
            "key_env": self.key_env,
            "key_header": self.key_header,
            "timeout_seconds": self.timeout,
        }
        given = {name: value for name, value in spot.items() if value is not None}
        if "://" not in self.target:
            if given:
                words = "--model, --key-env, --key-header and --timeout"
                raise click.UsageError(f"{words} go with a URL")
            return None
        if self.model is None:
            raise click.UsageError("--model goes with a URL: the name that the server lists")
        if self.headroom or self.directory is not None:
            raise click.UsageError("--headroom and --dir need a run file, which names the prompts")
        url, _, parameters = self.target.partition("?")
        query = {"query": dict(parse_qsl(parameters))} if parameters else {}
        return {"use": "openai", "url": url, **query, **given}


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

    def tokens(self, *, thinking: bool) -> int:
        """Tokens of the doctor's own questions at most, where models think first or do not."""
        forms = (patient.subject.profile.form for patient in self.patients)
        return sum(most_tokens(form, thinking=thinking) for form in forms)

    def money(self, *, thinking: bool) -> int | None:
        """Money for these at most, in nano-dollars; None where nobody knows a price."""
        costs = [
            most_money(patient.subject.profile, thinking=thinking) for patient in self.patients
        ]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None


@click.command(name="doctor")
@click.argument("target", metavar="URL|RUN.toml")
@click.option("--model", help="The model's name at URL.")
@click.option("--key-env", help="NAME of the variable that holds the key for URL.")
@click.option("--key-header", help="The header that carries the key, for example api-key.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds a call.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for a server that is loading (503), at most.",
)
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
        for place in _judges(order.prepared):
            say(console, f"headroom: inputs, answers and targets go to a judge at {place}")
    _show_cost(console, order)
    if given.dry_run:
        if given.as_json:
            click.echo(orjson.dumps(_cost(order)))
        return
    patience = Patience(given.wait, tell=partial(say, console))
    found = [run_until_done(examine_open(patient, patience)) for patient in order.patients]
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


def _cost(order: Order) -> dict[str, int | None]:
    return {
        "calls_at_most": order.calls,
        "tokens_at_most": order.tokens(thinking=False),
        "tokens_at_most_thinking": order.tokens(thinking=True),
        "nanodollars_at_most": order.money(thinking=False),
        "nanodollars_at_most_thinking": order.money(thinking=True),
    }


def _show_cost(console: Console, order: Order) -> None:
    plain, thinking = order.tokens(thinking=False), order.tokens(thinking=True)
    say(console, f"calls at most: {order.calls:,}")
    say(
        console,
        f"tokens at most: {plain:,} for the questions that hold no example "
        f"({thinking:,} where a model thinks first)",
    )
    money, more = order.money(thinking=False), order.money(thinking=True)
    for line in dict.fromkeys(price_line(patient.subject.profile) for patient in order.patients):
        say(console, line)
    if money and more:
        say(console, f"money at most: {shown(money)} for these ({shown(more)})")


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
    outcome = run_until_done(try_in_folder(order.prepared, order.trial, order.folder))
    spread = spread_of(outcome.sums)
    return Headroom(judge(spread), spread, outcome.calls, outcome.counts.missing)


def _judges(prepared: Prepared | None) -> list[str]:
    if prepared is None:
        return []
    graders = [prepared.judge_of(name) for name in prepared.data]
    return list(dict.fromkeys(grader.destination for grader in graders if grader))


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
