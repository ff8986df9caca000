"""``fedbbpt resume``."""

from dataclasses import replace
from pathlib import Path

import click

from fedbbpt.cli.shared import Shown, plain_errors, start
from fedbbpt.config.runfile import restore
from fedbbpt.errors import ConfigError
from fedbbpt.runs.directory import RunDirectory


@click.command(name="resume")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--baselines", is_flag=True, help="Also: every owner alone, and pooled data.")
@click.option("--calls", type=click.IntRange(min=1), help="Raises or sets the cap on calls.")
@click.option("--tokens", type=click.IntRange(min=1), help="Raises or sets the cap on tokens.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(
    directory: Path, calls: int | None, tokens: int | None, *, baselines: bool, as_json: bool
) -> None:
    """Go on with the run in DIRECTORY; what is journalled is not paid again."""
    settings = RunDirectory(directory).settings()
    if settings is None or not isinstance(settings["run"], dict):
        raise ConfigError(f"{directory}: no run is kept here; start one with fedbbpt run FILE")
    run = replace(restore(settings["run"]), directory=str(directory))
    caps = replace(run.caps, calls=calls or run.caps.calls, tokens=tokens or run.caps.tokens)
    start(replace(run, caps=caps), Shown(as_json=as_json), baselines=baselines)
