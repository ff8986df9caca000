"""``fedbbpt compact``."""

import os
from pathlib import Path

import click

from fedbbpt.cli.shared import CRASH_AT, plain_errors
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.errors import ConfigError
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.crash import arm
from fedbbpt.storage.lock import RunLock


@click.command(name="compact")
@click.argument("directory", type=click.Path(path_type=Path))
@plain_errors
def command(directory: Path) -> None:
    """Make the journal of calls in DIRECTORY smaller, without losing an answer.

    Every completion stays, and so does what the calls cost; only the traces of attempts whose
    outcome is known go. The folder must not be in use. A kill leaves the old journal or the new.
    """
    arm(int(os.environ[CRASH_AT]) if CRASH_AT in os.environ else None)
    path = RunDirectory(directory).calls
    if not path.is_file():
        raise ConfigError(f"{directory}: no journal of calls is kept here; name a run's folder")
    with RunLock(directory):
        done = compact(path)
    click.echo(
        f"{safe_text(str(path))}: {done.before:,} bytes before, {done.after:,} after; "
        f"{done.completions:,} completions kept"
    )
