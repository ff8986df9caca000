"""An endpoint over a journal, asked through batch files or online, for the tests of batches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from batch_server import BatchServer
from mock_model import Tariff

from fedbbpt.completions import Request
from fedbbpt.config.lines import open_line
from fedbbpt.config.pricing import Priced
from fedbbpt.endpoints import Connector
from fedbbpt.endpoints.batching import Batched, Outcome
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.money import Price
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

UNLIMITED = Caps()


def questions(count: int = 6) -> list[Request]:
    """Return requests that the scripted model answers with log-probabilities."""
    texts = [f"Review {number}: a great and wonderful film" for number in range(count)]
    return [Request((Message("user", text),), top_logprobs=5) for text in texts]


@dataclass
class Opened:
    """An endpoint and the journal behind it."""

    endpoint: Batched
    journal: Journal

    async def ask(self, requests: list[Request]) -> list[Outcome]:
        return await self.endpoint.complete(requests)


@asynccontextmanager
async def opened(
    connector: Connector, path: Path, caps: Caps = UNLIMITED, tariff: Tariff | None = None
) -> AsyncIterator[Opened]:
    """Open an endpoint as a run does, with prices where there is a tariff."""
    if tariff is not None:
        nano = (tariff.prompt, tariff.completion, tariff.cached)
        connector = Priced(connector, {}, Price(*(1000 * price for price in nano)))
    with FramedLog.open(path) as log:
        journal = Journal(log)
        async with open_line(connector, journal, caps, "anna") as line:
            endpoint = Batched(line.wire, line.profile, journal, caps, "anna", carrier=line.carrier)
            yield Opened(endpoint, journal)


async def answers(
    server: BatchServer, path: Path, requests: list[Request], **changes: object
) -> list[Outcome]:
    """Return what comes of requests in a process of its own, as far as the journal knows."""
    async with opened(server.connector(**changes), path) as line:
        return await line.ask(requests)
