"""The package from Python: ``optimize`` runs what a run file would."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fedbbpt.config.owners import Held
from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import load_run, resolve
from fedbbpt.endpoints.function_wire import EvaluatorFunction
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.metrics.returned import name_of
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
    data: Held | None = None,
    evaluator: EvaluatorFunction | None = None,
    directory: Path | str | None = None,
    baselines: bool = False,
) -> Result:
    """Tune a prompt, or go on with a run that was stopped.

    Args:
        run: path of a run file, or the same tables as a mapping (paths from the working folder).
        data: examples in memory by owner, each an ``Example`` or a mapping with ``input``, and
            ``target`` or ``targets``, maybe ``id`` and ``domain``. They stand in the place of the
            owners' files; without ``[[owner]]`` tables their names are the owners. They are not
            kept: to go on with a stopped run, give the same ones.
        evaluator: ``(candidate, example) -> score`` or ``(score, info)``, plain or async, which
            asks and scores in the place of endpoints; see docs/metrics.md.
        directory: where the run is kept; the run file's own, or ``runs/<task name>``.
        baselines: also search for every owner alone and for pooled data (simulation only).

    Raises:
        FedbbptError: the run cannot start or go on; what was paid for is kept.
    """
    names = _owner_names({} if data is None else data)
    if isinstance(run, Mapping):
        plan = resolve(run, Path.cwd(), names)
    else:
        plan = load_run(Path(run), held=names)
    if directory is not None:
        plan = replace(plan, directory=str(directory))
    if evaluator is not None:
        plan = replace(plan, evaluator={**plan.evaluator, "use": name_of(evaluator)})
    prepared = prepare(plan, os.environ, data, evaluator)
    folder = RunDirectory(Path(plan.directory))
    finished = run_until_done(run_experiment(prepared, folder, Watcher(), baselines=baselines))
    return result_of(finished)


def _owner_names(data: object) -> tuple[str, ...]:
    # The arguments of a program are not checked by anyone else, and an error must not show them.
    if not isinstance(data, Mapping) or not all(isinstance(name, str) for name in data):
        raise ConfigError('data: not examples by owner; give {"north": [...], "south": [...]}')
    return tuple(data)


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
