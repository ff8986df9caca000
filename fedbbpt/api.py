"""The package from Python: ``optimize`` runs what a run file would."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import load_run, resolve
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.results import Results, Stats
from fedbbpt.tuned import TunedPrompt


@dataclass(frozen=True, slots=True)
class Result:
    """What ``optimize`` returns.

    Attributes:
        tuned: the prompt, ready to use; the start where no improvement was found.
        owners: the same with each owner's own calibration, by owner.
        results: every figure of the run.
        stats: what it cost.
        directory: where it is kept.
    """

    tuned: TunedPrompt
    owners: Mapping[str, TunedPrompt]
    results: Results
    stats: Stats
    directory: Path


def optimize(
    run: Path | str | Mapping[str, object],
    *,
    directory: Path | str | None = None,
    baselines: bool = False,
) -> Result:
    """Tune a prompt, or go on with a run that was stopped.

    Args:
        run: path of a run file, or the same tables as a mapping (paths from the working folder).
        directory: where the run is kept; the run file's own, or ``runs/<task name>``.
        baselines: also search for every owner alone and for pooled data (simulation only).

    Raises:
        FedbbptError: the run cannot start or go on; what was paid for is kept.
    """
    plan = resolve(run, Path.cwd()) if isinstance(run, Mapping) else load_run(Path(run))
    if directory is not None:
        plan = replace(plan, directory=str(directory))
    prepared = prepare(plan, os.environ)
    folder = RunDirectory(Path(plan.directory))
    finished = asyncio.run(run_experiment(prepared, folder, Watcher(), baselines=baselines))
    return result_of(finished)


def result_of(finished: Finished) -> Result:
    """Return a finished run as values."""
    path = finished.directory.path
    names = [owner.name for owner in finished.results.owners]
    return Result(
        tuned=TunedPrompt.load(path / "tuned.json"),
        owners={name: TunedPrompt.load(path / "owners" / f"{name}.json") for name in names},
        results=finished.results,
        stats=finished.stats,
        directory=path,
    )
