"""``fedbbpt compact``."""

from pathlib import Path

import click

from fedbbpt.cli.shared import arm_crash, plain_errors
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.errors import ConfigError
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.lock import RunLock


@click.command(name="compact")
@click.argument("directory", type=click.Path(path_type=Path))
@plain_errors
def command(directory: Path) -> None:
    """Make the journal of calls in DIRECTORY smaller, without losing an answer.

    Every completion stays, and so does what the calls cost; only the traces of attempts whose
    outcome is known go. The folder must not be in use. A kill leaves the old journal or the new.
    """
    arm_crash()
    path = RunDirectory(directory).calls
    if not path.is_file():
        raise ConfigError(f"{directory}: no journal of calls is kept here; name a run's folder")
    with RunLock(directory):
        done = compact(path)
    click.echo(
        f"{safe_text(str(path))}: {done.before:,} bytes before, {done.after:,} after; "
        f"{done.completions:,} completions kept"
    )
    if said := done.damage.text():
        click.echo(
            f"warning: {said}. The new file has none of it; what damaged records may have cost "
            "counts as possibly billed",
            err=True,
        )
