"""``fedbbpt init``."""

import math
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fedbbpt.cli.plan import say
from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.config.strict import safe_name
from fedbbpt.errors import ConfigError
from fedbbpt.guessing.choice import Asked
from fedbbpt.guessing.finding import cautions, findings
from fedbbpt.guessing.guess import Guess, guess
from fedbbpt.guessing.run_text import Target, run_text
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.atomic import write_atomic

ROOM = 1.25
"""A cap this many times the plan leaves room for retries."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STAND_IN = {"use": "scripted"}


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    data: str
    out: Path
    input: str
    target: str
    domain: str
    url: str | None
    model: str | None
    key_env: str | None
    force: bool

    def endpoint(self) -> dict[str, object]:
        """Return the endpoint's table."""
        if (self.url is None) != (self.model is None) or (self.key_env and self.url is None):
            raise click.UsageError("--endpoint and --model go together; --key-env goes with them")
        if self.url is None:
            return {"use": "embedded"}
        table: dict[str, object] = {"use": "openai", "url": self.url, "model": self.model}
        if self.key_env is None:
            return table
        if not _VARIABLE.fullmatch(self.key_env):  # what was given may be the key: not repeated
            raise click.UsageError("--key-env takes the NAME of a variable, not the key itself")
        return table | {"key_env": self.key_env}


@click.command(name="init")
@click.argument("data")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="run.toml",
    show_default=True,
    help="The file to write.",
)
@click.option("--input", default="", metavar="COLUMN", help="Holds the text.")
@click.option("--target", default="", metavar="COLUMN", help="Holds the right answer.")
@click.option(
    "--domain", default="", metavar="COLUMN", help="Says whose row it is: one owner each."
)
@click.option(
    "--endpoint", "url", help="An OpenAI-compatible server; without it, a small model here."
)
@click.option("--model", help="The model's name at --endpoint.")
@click.option("--key-env", help="NAME of the variable that holds the key for --endpoint.")
@click.option("--force", is_flag=True, help="Replace the file at --out.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Write a run file for DATA, a file or hf:DATA_SET; nothing is sent anywhere."""
    given = Options(**options)
    target = Target(given.out, given.endpoint())
    if given.out.exists() and not given.force:
        raise ConfigError(
            f"{given.out}: it is there already; say --force, or --out with a new name"
        )
    if given.out.exists() and Path(given.data).exists() and given.out.samefile(given.data):
        raise ConfigError(f"{given.out}: --out names the data itself; give the run file a new name")
    if not given.out.resolve().parent.is_dir():
        raise ConfigError(f"{given.out}: its folder is not there; make it first")
    found = guess(given.data, Asked(given.input, given.target, given.domain), _is_name)
    plan = _planned(run_text(found, target), target)
    most = plan.plan.requests + plan.held_out_requests
    text = run_text(found, replace(target, calls=math.ceil(most * ROOM / 100) * 100))
    _planned(text, target)
    write_atomic(given.out, text.encode())
    _show(Console(highlight=False), found, plan, target)


def _is_name(name: str) -> bool:
    try:
        safe_name(name, "domain")
    except ConfigError:
        return False
    return True


def _planned(text: str, target: Target) -> Prepared:
    """Make the run ready as a dry run does, so that no file is written that does not work.

    The packaged model is not touched: its plan is that of any model with log-probabilities. Nor is
    a key: its variable may be set later.
    """
    run = resolve(tomllib.loads(text), target.path.resolve().parent)
    endpoint: Mapping[str, object] = run.endpoint
    if endpoint["use"] == "embedded":
        endpoint = _STAND_IN
    variable = endpoint.get("key_env")
    return prepare(replace(run, endpoint=endpoint), {str(variable): "later"} if variable else {})


def _show(console: Console, found: Guess, plan: Prepared, target: Target) -> None:
    table = Table("", "guess", "why", "how sure", box=box.SIMPLE_HEAD, pad_edge=False)
    for finding in findings(found):
        table.add_row(*(Text(safe_text(cell), overflow="fold") for cell in finding))
    console.print(table)
    local = target.endpoint["use"] == "embedded"
    for note in cautions(found, embedded=local):
        say(console, f"note: {note}")
    place = "this process (packaged model)" if local else plan.profile_of("").destination
    asked, more = plan.plan.requests, plan.held_out_requests
    say(console, f"texts will go to: {place}")
    say(console, f"calls at most: {asked} for the search + {more} to decide and test")
    say(console, f"\nwrote {target.path}; look through it, then:")
    variable = target.endpoint.get("key_env")
    if variable:
        say(console, f"  export {variable}=...")
    file = shlex.quote(str(target.path))
    say(console, f"  fedbbpt run {file} --dry-run   # asks nobody")
    say(console, f"  fedbbpt run {file}")
