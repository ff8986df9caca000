"""Which other runs' journals a run reads, for ``[cache]``."""

from pathlib import Path

from fedbbpt.config.runfile import RunFile
from fedbbpt.errors import ConfigError
from fedbbpt.runs.directory import RunDirectory


def other_journals(run: RunFile, directory: RunDirectory) -> tuple[Path, ...]:
    """Return the journals of the runs that ``[cache]`` names, in its order.

    A run that has begun does not need them any more: those that are gone by then are left out.

    Args:
        run: the run file.
        directory: of the run itself.

    Raises:
        ConfigError: the run has not begun and one is not there; or one is the run itself.
    """
    journals = [RunDirectory(Path(run.base) / name).calls for name in run.cache.runs]
    for name, path in zip(run.cache.runs, journals, strict=True):
        if path.resolve() == directory.calls.resolve():
            raise ConfigError(
                f"[cache] runs: {name!r} is this run's own folder, which is read anyway; leave it "
                "out, or keep this run elsewhere with dir or --dir"
            )
    if directory.settings() is None:
        for name, path in zip(run.cache.runs, journals, strict=True):
            if not path.is_file():
                raise ConfigError(
                    f"[cache] runs: {name!r} holds no calls.log ({path}); name the folder of "
                    "another run, from the folder of the run file"
                )
    return tuple(path for path in journals if path.is_file())
