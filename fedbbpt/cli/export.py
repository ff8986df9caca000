"""``fedbbpt export``."""

import sys
from pathlib import Path

import click

from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.strict import safe_name
from fedbbpt.errors import ConfigError
from fedbbpt.exports import FORMATS
from fedbbpt.exports import request as request_format
from fedbbpt.exports.form import notes_of
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.atomic import write_atomic
from fedbbpt.tuned import TunedPrompt

SOFT = ("request",)
"""Forms that carry soft tokens."""


@click.command(name="export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--as", "form", type=click.Choice(sorted(FORMATS)), required=True, help="The form.")
@click.option("--owner", help="Of a run's folder: this owner's file, with its calibration.")
@click.option("--input", "text", help="Write the form for this input.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file.")
@plain_errors
def command(path: Path, form: str, owner: str | None, text: str | None, out: Path | None) -> None:
    """Give a tuned prompt the form that an app takes.

    PATH is a run's folder or a tuned prompt's file. What a form does not carry (label scoring,
    calibration) stands in it, with the score of exactly that form.
    """
    tuned = TunedPrompt.load(_file(path, owner))
    if tuned.prompt.soft is not None and form not in SOFT:
        raise ConfigError(
            f"--as {form}: this prompt holds {tuned.prompt.soft}, numbers that no text stands for; "
            "take --as request, or fedbbpt.TunedPrompt in the app"
        )
    if tuned.reasoning:
        tuned.request("")  # says why no form can carry it
    written = FORMATS[form](tuned, text)
    if out is not None:
        write_atomic(out, written.encode())
    elif sys.stdout.isatty():
        click.echo(safe_text(written))
    else:
        click.echo(written, nl=False)
    if form == "request":  # a note inside would change the bytes that were scored
        for name, value in notes_of(tuned, request_format.FORM).items():
            for said in value if isinstance(value, list) else [value]:
                click.echo(f"{name}: {safe_text(str(said))}", err=True)


def _file(path: Path, owner: str | None) -> Path:
    if owner is not None:
        if not path.is_dir():
            raise ConfigError(f"--owner: {path} is no run's folder; name the owner's file itself")
        path = path / "owners" / f"{safe_name(owner, '--owner')}.json"
    elif path.is_dir():
        path = path / "tuned.json"
    if not path.exists():
        owners = sorted(file.stem for file in path.parent.glob("*.json")) if owner else []
        raise ConfigError(
            f"{path}: no such file; this run's owners are {', '.join(owners)}"
            if owners
            else f"{path}: no such file; give a tuned prompt, or the folder of a run that has ended"
        )
    return path
