"""One process that opens a journal: ``open_journal.py LOG LOOKUPS``.

Linux only. Prints seconds of processor time, bytes of memory before and at most, completions, and
microseconds for a look-up. Memory before is that after all imports.
"""

import sys
import time
from pathlib import Path

import orjson

from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.storage.framed_log import FramedLog

STATUS = Path("/proc/self/status")


def _memory() -> int:
    # getrusage would count the memory of the process that started this one, too.
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def measure(path: Path, keys: list[str]) -> dict[str, float]:
    """Open the journal and look keys up."""
    before, began = _memory(), time.process_time()
    with FramedLog.open(path) as log:
        journal = Journal(log)
        opened = time.process_time()
        found = sum(journal.lookup(key) is not None for key in keys)
        looked_up = time.process_time()
        calls = journal.tally().calls
    return {
        "seconds": opened - began,
        "before": before,
        "most": _memory(),
        "calls": calls,
        "found": found,
        "lookup": (looked_up - opened) / len(keys) * 1e6,
    }


if __name__ == "__main__":
    wanted = [f"{number:064x}" for number in range(0, int(sys.argv[2]), 5)]
    sys.stdout.write(orjson.dumps(measure(Path(sys.argv[1]), wanted)).decode())
