"""A process that asks through batch files and may be killed at any moment."""

import asyncio
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
from batch_office import TARIFF
from batch_runs import opened, questions
from batch_server import BatchServer

from fedbbpt.canonical import digest
from fedbbpt.completions import Completion
from fedbbpt.endpoints.records.completion_json import completion_payload
from fedbbpt.storage.crash import arm

PATIENCE = 30.0
"""Seconds after which a process that should have ended is a failure of the test."""

FILE_REQUESTS = 2
COUNT = 3

# Forked from a process that has imported all of this, so that a hundred of them take seconds.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["batch_process"])


class Left(NamedTuple):
    """What a process left: its answers, and what the journal says that they cost."""

    answers: str
    calls: int
    possibly_billed: int
    nanodollars: int
    possibly_billed_nanodollars: int


def work(url: str, folder: str, crash_at: int | None) -> None:
    """Ask all questions and write down what came of them."""
    arm(crash_at)
    left = asyncio.run(_ask(url, Path(folder)))
    (Path(folder) / "left.json").write_bytes(orjson.dumps(tuple(left)))


async def _ask(url: str, folder: Path) -> Left:
    connector = BatchServer(url=url).connector(file_requests=FILE_REQUESTS)
    async with opened(connector, folder / "calls.log", tariff=TARIFF) as line:
        came = await line.ask(questions(COUNT))
        ledger = line.journal.tally()
    values = [completion_payload(one) if isinstance(one, Completion) else None for one in came]
    money = (ledger.nanodollars, ledger.possibly_billed_nanodollars)
    return Left(digest(values), ledger.calls, ledger.possibly_billed, *money)


@dataclass
class Striker:
    """Kills the process that works when the server gets a call.

    Attributes:
        at: number of the call, from 1; 0 for none.
        acted: whether the server acts upon it first.
        pid: the process.
    """

    at: int = 0
    acted: bool = False
    pid: int = 0

    def __call__(self, number: int, acted: bool) -> None:
        if number == self.at and acted == self.acted and self.pid:
            os.kill(self.pid, signal.SIGKILL)


def run(server: BatchServer, folder: Path, crash_at: int | None = None) -> bool:
    """Start the process and say whether it came to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    process = CONTEXT.Process(target=work, args=(server.url, str(folder), crash_at))
    with pytest.MonkeyPatch.context() as patch:
        # The process that all others are forked from looks here for what it imports beforehand.
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        process.start()
    if isinstance(server.strike, Striker):
        server.strike.pid = process.pid or 0
    process.join(PATIENCE)
    if process.exitcode not in {0, -signal.SIGKILL}:
        process.kill()
        raise AssertionError(f"the process ended with {process.exitcode}")
    return process.exitcode == 0


def left_in(folder: Path) -> Left:
    """Return what the process left that came to its end."""
    return Left(*orjson.loads((folder / "left.json").read_bytes()))
