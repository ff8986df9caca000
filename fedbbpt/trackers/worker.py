"""The tracker's own process: reads what happened from standard input and tells the tracker."""

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

import orjson

from fedbbpt.trackers import Started, Step, Tracker, Tracking


def serve(messages: Iterable[bytes], answers: IO[bytes]) -> None:
    """Tell the tracker every message, and answer each with its id once it has arrived.

    Whatever goes wrong propagates and ends this process: the run goes on without it.

    Args:
        messages: JSON, one a line; the first names the tracker and the run.
        answers: ids, one a line.
    """
    lines = iter(messages)
    first = orjson.loads(next(lines))
    tracker = _tracker(first["plugin"], first["settings"])
    with tracker.open(Started(**first["run"])) as tracking:
        for line in lines:
            message = orjson.loads(line)
            _tell(tracking, message)
            answers.write(f"{message['id']}\n".encode())
            answers.flush()


def _tracker(plugin: str, settings: dict[str, object]) -> Tracker:
    module, _, name = plugin.partition(":")
    made: Tracker = vars(importlib.import_module(module))[name](**settings)
    return made


def _tell(tracking: Tracking, message: Mapping[str, Any]) -> None:
    if "step" in message:
        tracking.round(Step(**message["step"]))
    else:
        tracking.finished(message["figures"], message["files"])


def main() -> None:
    """Serve standard input; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
