"""The report page made again from the files of a finished run, without asking a model."""

from fedbbpt.runs.directory import RESULTS, SIMULATION, STATS, RunDirectory
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Results, Stats
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.runs.stored import read_stored


def reprinted(directory: RunDirectory, *, examples: bool = True) -> str:
    """Return the page; law: for the files of this version it is the page that the run wrote.

    Args:
        directory: of the run.
        examples: False leaves out what only a simulation may show, so that the page can be passed
            on; with real owners there is nothing to leave out.

    Raises:
        StorageError: the run has not finished, or its files are not those of this version.
    """
    results = read_stored(directory.path / RESULTS, Results)
    stats = read_stored(directory.path / STATS, Stats)
    path = directory.path / SIMULATION
    wanted = examples and results.simulation and path.exists()
    return render_report(results, stats, read_stored(path, SimulationView) if wanted else None)
