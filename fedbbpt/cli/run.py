"""``fedbbpt run``."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from fedbbpt.cli.shared import Shown, plain_errors, start
from fedbbpt.config.runfile import load_run


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    file: Path
    directory: str | None
    seed: int | None
    recipe: str | None
    url: str | None
    model: str | None
    key_env: str | None
    baselines: bool
    dry_run: bool
    as_json: bool

    def overrides(self) -> dict[str, object]:
        """Return the keys and tables that replace those of the run file."""
        given = {"seed": self.seed, "recipe": self.recipe, "endpoint": self._endpoint()}
        return {name: value for name, value in given.items() if value is not None}

    def _endpoint(self) -> dict[str, object] | None:
        if (self.url is None) != (self.model is None) or (self.key_env and self.url is None):
            raise click.UsageError("--endpoint and --model go together; --key-env goes with them")
        if self.url is None:
            return None
        table: dict[str, object] = {"use": "openai", "url": self.url, "model": self.model}
        return table | ({"key_env": self.key_env} if self.key_env else {})


@click.command(name="run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dir", "directory", type=click.Path(), help="Where the run is kept.")
@click.option("--seed", type=click.IntRange(min=0), help="Replaces the run file's seed.")
@click.option("--recipe", help="Replaces the run file's recipe.")
@click.option("--endpoint", "url", help="Ask this OpenAI-compatible server instead.")
@click.option("--model", help="The model's name at --endpoint.")
@click.option("--key-env", help="NAME of the variable that holds the key for --endpoint.")
@click.option("--baselines", is_flag=True, help="Also: every owner alone, and pooled data.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what it costs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Tune a prompt as FILE says, or go on where the run in its folder stopped."""
    given = Options(**options)
    run = load_run(given.file, given.overrides())
    if given.directory is not None:
        run = replace(run, directory=given.directory)
    start(run, Shown(as_json=given.as_json, dry_run=given.dry_run), baselines=given.baselines)
