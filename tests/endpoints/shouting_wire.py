"""A wire that answers in capitals, and batches over it without pauses, for tests of batching."""

import asyncio

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import AttemptError, Profile
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import Retrying
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message

PROFILE = Profile("fake", "this process", "model", "model", 0, 4, local=True)
UNLIMITED = Caps()


def requests(*texts: str) -> list[Request]:
    return [Request((Message("user", text),)) for text in texts]


def replies(*texts: str) -> list[Completion]:
    return [Completion(text.upper(), usage=Usage(5, 1)) for text in texts]


class Shouting:
    """A wire that answers in capitals; some texts fail, hang or wait for a signal."""

    def __init__(self, failures: dict[str, list[Exception]] | None = None) -> None:
        self.failures = failures or {}
        self.sent: list[str] = []
        self.gate = asyncio.Event()
        self.cancelled: list[str] = []

    async def send(self, request: Request) -> Completion:
        text = request.messages[0].content
        self.sent.append(text)
        try:
            await asyncio.sleep(0)
            if text.startswith("gated"):
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(text)
            raise
        if self.failures.get(text):
            raise self.failures[text].pop(0)
        return Completion(text.upper(), usage=Usage(5, 1))


def garbage(times: int) -> list[Exception]:
    return [AttemptError("unreadable body", billed=True, unusable=True) for _ in range(times)]


def batched(
    wire: Shouting,
    journal: Journal,
    *,
    caps: Caps = UNLIMITED,
    attempts: int = 2,
    concurrency: int = 4,
) -> Batched:
    async def no_sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    recorded = Recorded(wire, journal, PROFILE, "ann", caps)
    retrying = Retrying(Limited(recorded, Limiter(Bounds(concurrency))), attempts, sleep=no_sleep)
    return Batched(retrying, PROFILE, journal, caps)
