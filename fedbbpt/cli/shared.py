"""What ``run`` and ``resume`` share: prepare, run, show, and say errors in one line."""

import functools
import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec

import click
import orjson
from rich.console import Console

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.plan import show_plan
from fedbbpt.cli.view import PlainProgress, Progress, RichProgress, show_results
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import RunFile
from fedbbpt.errors import ConfigError, FedbbptError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.running import Finished, Watcher, run_experiment, wants_baselines
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_json, safe_text
from fedbbpt.storage.crash import arm

INTERRUPTED = 130
CRASH_AT = "FEDBBPT_CRASH_AT"
_Arguments = ParamSpec("_Arguments")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the user asked to see.

    Attributes:
        as_json: one JSON object on standard output, progress on standard error.
        dry_run: the plan only.
    """

    as_json: bool = False
    dry_run: bool = False


def plain_errors(function: Callable[_Arguments, None]) -> Callable[_Arguments, None]:
    """Print our own errors in one line and exit with their code; others keep their traceback."""

    @functools.wraps(function)
    def guarded(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except FedbbptError as error:
            click.echo(f"error: {' '.join(safe_text(str(error)).split())}", err=True)
            sys.exit(error.exit_code)

    return guarded


def arm_crash() -> None:
    """Arm the crash point that the environment names, if it does; for tests.

    Raises:
        ConfigError: it names none.
    """
    named = os.environ.get(CRASH_AT)
    if named is None:
        return
    try:
        arm(int(named))
    except ValueError as error:
        raise ConfigError(
            f"{CRASH_AT}: {named[:20]!r} names no crash point; unset it, or write a whole number "
            "from 1 on: it kills the process there, for tests"
        ) from error


def start(run: RunFile, shown: Shown, *, baselines: bool) -> None:
    """Run, or go on with, a run and show how it ends.

    Raises:
        FedbbptError: it cannot start or go on.
    """
    wanted = wants_baselines(run, asked=baselines)
    arm_crash()
    prepared = prepare(run, os.environ)
    directory = RunDirectory(Path(run.directory))
    console = Console(stderr=shown.as_json, highlight=False)
    if shown.dry_run:
        show_plan(console, prepared, baselines=wanted)
        return
    finished = _run(prepared, directory, _progress(console, prepared), baselines=wanted)
    if shown.as_json:
        click.echo(_json(finished))
    else:
        show_results(console, finished.results, finished.stats, str(directory.path))
    if finished.warning:
        click.echo(f"warning: {' '.join(safe_text(finished.warning).split())}", err=True)


def _run(
    prepared: Prepared, directory: RunDirectory, progress: Progress, *, baselines: bool
) -> Finished:
    watcher = Watcher(progress.round_done, progress.stage)
    try:
        return run_until_done(run_experiment(prepared, directory, watcher, baselines=baselines))
    except KeyboardInterrupt:
        again = ["fedbbpt", "resume", str(directory.path), *["--baselines"] * baselines]
        click.echo(
            f"stopped; every completion received is kept. Go on with: {shlex.join(again)}", err=True
        )
        sys.exit(INTERRUPTED)


def _progress(console: Console, prepared: Prepared) -> Progress:
    if console.is_terminal:
        return RichProgress(console, prepared.plan.requests)
    return PlainProgress(functools.partial(click.echo, err=console.stderr))


def _json(finished: Finished) -> str:
    body = {
        "directory": str(finished.directory.path),
        "results": orjson.loads(finished.results.encode()),
        "stats": orjson.loads(finished.stats.encode()),
    }
    return safe_json(canonical_json(body)).decode()
