"""Who opened a sealed test split: a split opened twice is no longer a first look."""

from pathlib import Path

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.storage.damage import warn_of
from fedbbpt.storage.framed_log import FramedLog

PATIENCE_SECONDS = 10.0
"""A record takes milliseconds; who holds the log for longer than this is stuck."""


def open_test(path: Path, split: str, run: str) -> int:
    """Record that ``run`` opens the test split ``split``; return how many runs have by now.

    Resuming a run is no further opening. Where another run has the log open just now, its turn is
    waited for: it takes a moment.

    Args:
        path: the log, beside the run directories that share it.
        split: digest of the split.
        run: name of the run's folder.

    Raises:
        StorageError: the log cannot be read or written.
    """
    with FramedLog.open(path, patience_seconds=PATIENCE_SECONDS) as log:
        opened = {(record["split"], record["run"]) for record in map(orjson.loads, log.records())}
        if (split, run) not in opened:
            log.append(canonical_json({"split": split, "run": run}))
            opened.add((split, run))
        warn_of(path, log.damage)
    return sum(1 for seen, _ in opened if seen == split)
