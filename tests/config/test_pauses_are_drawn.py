"""An endpoint opened as runs open it pauses for times of its own, so that no two come together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from virtual_time import run_virtually

from fedbbpt.completions import Completion, Request
from fedbbpt.config.lines import open_line
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

FAILURES = 3
LONGEST = 0.5 + 1.5 + 4.5


class Loading:
    """A connector whose model fails a few times before it answers."""

    def __init__(self) -> None:
        self.failures = FAILURES

    def profile(self) -> Profile:
        return Profile("fake", "this process", "m", "m", 0, 4, local=True, pinned=True)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield self

    async def send(self, request: Request) -> Completion:
        if self.failures:
            self.failures -= 1
            raise AttemptError("status 503", billed=False)
        return Completion("yes")


def seconds_until_answered(log: Path) -> float:
    async def asked() -> float:
        with FramedLog.open(log) as calls:
            async with open_line(Loading(), Journal(calls), Caps(), "owner") as line:
                await line.wire.send(Request((Message("user", "hello"),)))
        return asyncio.get_running_loop().time()

    return run_virtually(asked())


def test_processes_that_failed_together_do_not_return_together(tmp_path: Path) -> None:
    waits = [seconds_until_answered(tmp_path / f"{number}.log") for number in range(5)]

    assert len(set(waits)) == len(waits)
    assert all(LONGEST / 2 <= wait <= LONGEST for wait in waits)
