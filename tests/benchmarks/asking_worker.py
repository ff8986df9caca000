"""One process of a run that always has more to ask: ``asking_worker.py FOLDER URL SECONDS NUMBER``.

Prints how many questions were answered and how many failed for good.
"""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from mock_asking import connector_of, questions

from fedbbpt.completions import Completion, Request
from fedbbpt.config.lines import open_line
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.secret import Secret
from fedbbpt.storage.framed_log import FramedLog

MORE_THAN_ENOUGH = 20_000
KEY = "shared-by-all"


@dataclass(frozen=True, slots=True)
class Counted:
    """A wire that counts how requests end."""

    wire: Wire
    ends: "Counter[str]" = field(default_factory=Counter)

    async def send(self, request: Request) -> Completion:
        """Ask and count."""
        try:
            completion = await self.wire.send(request)
        except AttemptError as error:
            self.ends[error.reason] += 1
            raise
        self.ends["answered"] += 1
        return completion


async def ask(folder: Path, url: str, seconds: float, number: int) -> dict[str, int]:
    """Ask for some seconds; return how requests ended."""
    connector = connector_of(url, key=Secret(KEY), timeout_seconds=30.0)
    with FramedLog.open(folder / f"calls-{number}.log") as calls:
        journal = Journal(calls)
        async with open_line(connector, journal, Caps(), "owner") as line:
            counted = Counted(line.wire)
            endpoint = Batched(counted, line.profile, journal, Caps())
            try:
                async with asyncio.timeout(seconds):
                    await endpoint.complete(questions(MORE_THAN_ENOUGH))
            except TimeoutError:
                return dict(counted.ends)
    raise AssertionError("there were too few questions for that time")


if __name__ == "__main__":
    place, address, lasts, which = sys.argv[1:]
    ended = asyncio.run(ask(Path(place), address, float(lasts), int(which)))
    sys.stdout.write(orjson.dumps(ended).decode())
