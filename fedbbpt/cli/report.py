"""``fedbbpt report``."""

from pathlib import Path

import click

from fedbbpt.cli.shared import plain_errors
from fedbbpt.runs.directory import REPORT, RunDirectory
from fedbbpt.runs.reprint import reprinted
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.atomic import write_atomic
from fedbbpt.storage.lock import RunLock


@click.command(name="report")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the page to this file.")
@click.option("--no-examples", is_flag=True, help="Leave out a simulation's worst examples.")
@plain_errors
def command(directory: Path, out: Path | None, *, no_examples: bool) -> None:
    """Make the report page of a finished run again, without asking a model.

    DIRECTORY is the run's folder. Only a simulation's page ever holds examples; --no-examples makes
    one that can be passed on.
    """
    page = reprinted(RunDirectory(directory), examples=not no_examples)
    path = out or directory / REPORT
    with RunLock(directory):
        write_atomic(path, page.encode())
    click.echo(f"Report: {safe_text(str(path))}")
