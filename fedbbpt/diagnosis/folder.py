"""The folder of a headroom test, where its calls are kept so that none is paid for twice."""

from contextlib import ExitStack
from pathlib import Path

from fedbbpt.config.prepare import Prepared
from fedbbpt.diagnosis.trial import Outcome, Trial, run_trial
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.errors import StorageError
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock


async def try_in_folder(prepared: Prepared, trial: Trial, path: Path) -> Outcome:
    """Score the trial's prompts with the folder's journal.

    Raises:
        StorageError: the folder holds a run, is in use, or cannot be written.
        EndpointError: an endpoint refuses for good, or nothing could be scored.
        BudgetError: a cap of the run file would be passed.
    """
    directory = RunDirectory(path)
    if directory.settings() is not None:
        raise StorageError(f"{path}: holds a run; give the doctor a folder of its own with --dir")
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(path))
        journal = Journal(stack.enter_context(FramedLog.open(directory.calls)))
        return await run_trial(prepared, trial, journal)
