"""``fedbbpt run``."""

from dataclasses import replace
from pathlib import Path

import click

from fedbbpt.cli.running import Shown, plain_errors, start
from fedbbpt.config.runfile import load_run


@click.command(name="run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dir", "directory", type=click.Path(), help="Where the run is kept.")
@click.option("--seed", type=click.IntRange(min=0), help="Replaces the run file's seed.")
@click.option("--recipe", help="Replaces the run file's recipe.")
@click.option(
    "--endpoint", "url", help="Ask this OpenAI-compatible server instead, e.g. https://host/v1."
)
@click.option("--model", help="The model's name at --endpoint.")
@click.option("--key-env", help="NAME of the variable that holds the key for --endpoint.")
@click.option("--baselines", is_flag=True, help="Also: every owner alone, and pooled data.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what it costs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(  # noqa: PLR0913 - one parameter an option
    file: Path,
    directory: str | None,
    seed: int | None,
    recipe: str | None,
    url: str | None,
    model: str | None,
    key_env: str | None,
    *,
    baselines: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Tune a prompt as FILE says, or go on where the run in its folder stopped."""
    overrides: dict[str, object] = {}
    if url is not None or model is not None or key_env is not None:
        if url is None or model is None:
            raise click.UsageError("--endpoint and --model go together")
        table = {"use": "openai", "url": url, "model": model}
        overrides["endpoint"] = table | ({"key_env": key_env} if key_env else {})
    if seed is not None:
        overrides["seed"] = seed
    if recipe is not None:
        overrides["recipe"] = recipe
    run = load_run(file, overrides)
    if directory is not None:
        run = replace(run, directory=directory)
    start(run, Shown(as_json=as_json, dry_run=dry_run), baselines=baselines)
