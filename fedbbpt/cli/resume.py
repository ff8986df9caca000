"""``fedbbpt resume``."""

from dataclasses import replace
from pathlib import Path

import click

from fedbbpt.cli.shared import Shown, plain_errors, start
from fedbbpt.config.runfile import restore
from fedbbpt.config.sections import CapsSection
from fedbbpt.config.strict import read_section, vars_of
from fedbbpt.errors import ConfigError
from fedbbpt.runs.directory import RunDirectory


@click.command(name="resume")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--baselines", is_flag=True, help="Also: every owner alone, and pooled data.")
@click.option("--calls", type=click.IntRange(min=1), help="Raises or sets the cap on calls.")
@click.option("--tokens", type=click.IntRange(min=1), help="Raises or sets the cap on tokens.")
@click.option(
    "--dollars",
    type=click.FloatRange(min=0, min_open=True),
    help="Raises or sets the cap on money.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(
    directory: Path, *, baselines: bool, as_json: bool, **raised: int | float | None
) -> None:
    """Go on with the run in DIRECTORY; what is journalled is not paid again."""
    settings = RunDirectory(directory).settings()
    if settings is None or not isinstance(settings["run"], dict):
        raise ConfigError(f"{directory}: no run is kept here; start one with fedbbpt run FILE")
    run = replace(restore(settings["run"]), directory=str(directory))
    given = {name: cap for name, cap in raised.items() if cap is not None}
    table = {**vars_of(run.caps), **given}
    caps = read_section(CapsSection, table, "caps")
    start(replace(run, caps=caps), Shown(as_json=as_json), baselines=baselines)
