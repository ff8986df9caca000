"""Where a name does not pin the model, another run counts if its fingerprint is the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fedbbpt.completions import Completion, Request
from fedbbpt.config.lines import open_line
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

QUESTION = Request((Message("user", "Bright or dull?"),))


@dataclass
class Model:
    """A model behind a name that says one word."""

    word: str
    asked: list[Request] = field(default_factory=list)

    def profile(self) -> Profile:
        """Describe it by name alone."""
        return Profile("chat m", "http://x", "x m", "m", 0, 4, local=True, pinned=False)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open it."""
        yield self

    async def send(self, request: Request) -> Completion:
        """Say the word."""
        self.asked.append(request)
        return Completion(self.word)


async def asked_of(model: Model, path: Path, *others: Path) -> str:
    """Ask the question in a run of its own; return the answer."""
    with opened(others) as runs, FramedLog.open(path) as log:
        journal = Journal(log, runs)
        async with open_line(model, journal, Caps(), "ann") as line:
            endpoint = Batched(line.wire, line.profile, journal, Caps())
            (reply,) = await endpoint.complete([QUESTION])
    assert isinstance(reply, Completion)
    return reply.text


async def test_the_same_model_is_asked_its_fingerprint_and_nothing_else(tmp_path: Path) -> None:
    await asked_of(Model("bright"), tmp_path / "first.log")
    same = Model("bright")

    reply = await asked_of(same, tmp_path / "second.log", tmp_path / "first.log")

    assert reply == "bright"
    assert same.asked == [fingerprint_request()]


async def test_the_answers_of_another_model_behind_the_name_are_not_taken_over(
    tmp_path: Path,
) -> None:
    await asked_of(Model("bright"), tmp_path / "first.log")
    other = Model("dull")

    reply = await asked_of(other, tmp_path / "second.log", tmp_path / "first.log")

    assert reply == "dull"
    assert other.asked == [fingerprint_request(), QUESTION]
