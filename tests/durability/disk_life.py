"""A process whose disk refuses: it runs, is stopped, goes on, and says what is then not right."""

import os
import sys
from pathlib import Path

import orjson
from faulty_disk import Plan, begin, calls_seen
from whole_runs import SCRIPTED, final_bytes, journalled, smallest_table, stats, tune, write_run

from fedbbpt.errors import StorageError

TOGETHER = 2
"""Calls under way at once."""


class Trial:
    """The run of these trials, unbroken, and its repetitions on a disk that refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = write_run(folder, smallest_table({**SCRIPTED, "concurrency": TOGETHER}))
        begin(Plan())
        tune(self.file, folder / "unbroken")
        self.calls_of_disk = calls_seen()
        self.left = final_bytes(folder / "unbroken")
        self.calls = stats(folder / "unbroken")["calls"]

    def problem(self, number: int, plan: Plan) -> str:
        """Run on a disk that follows a plan, go on with a sound one; say what is wrong."""
        directory = self.folder / f"{number}"
        begin(plan)
        stopped = self._stopped(directory)
        reached = calls_seen() >= plan.at > 0
        begin(Plan())
        if reached and not stopped:
            return "the refusal was passed over in silence"
        if stopped and not reached:
            return f"stopped for nothing: {stopped}"
        if stopped and not _is_clear(stopped, directory, plan):
            return f"no clear words: {stopped!r}"
        received = journalled(directory, "done") if (directory / "calls.log").exists() else {}
        tune(self.file, directory)
        return self._difference(directory, set(received))

    def _stopped(self, directory: Path) -> str:
        try:
            tune(self.file, directory)
        except StorageError as error:
            return str(error)
        return ""

    def _difference(self, directory: Path, received: set[str]) -> str:
        """Say what is not as it is in the unbroken run."""
        done, cost = journalled(directory, "done"), stats(directory)
        # The place of the call whose record was refused may be taken before the run stops.
        doubts = TOGETHER + 1
        wrong = {
            "other bytes": final_bytes(directory) != self.left,
            "a journalled call was lost": not received <= done.keys(),
            "a journalled call was paid twice": set(done.values()) != {1},
            "other calls": cost["calls"] != self.calls,
            "more doubts than calls in flight": cost["possibly_billed"] > doubts,
            "a temporary file stayed": any(directory.rglob(".*.tmp")),
        }
        return ", ".join(name for name, is_so in wrong.items() if is_so)


def _is_clear(text: str, directory: Path, plan: Plan) -> bool:
    """Say whether one line names the file, the system's reason, and something to do."""
    reason = os.strerror(plan.code)
    # The openings of the test are counted beside the folders of runs, for all of them.
    named = str(directory.parent) in text and reason.lower() in text.lower()
    return named and "\n" not in text and "check" in text


def main() -> None:
    """Try the plans that are named on the command line; print the number of calls, and problems."""
    trial = Trial(Path(sys.argv[1]))
    plans = [Plan(**values) for values in orjson.loads(sys.argv[2])]
    if not plans:
        plans = [Plan()]
    problems = {str(plan): text for n, plan in enumerate(plans) if (text := trial.problem(n, plan))}
    sys.stdout.buffer.write(orjson.dumps([trial.calls_of_disk, problems]))


if __name__ == "__main__":
    main()
