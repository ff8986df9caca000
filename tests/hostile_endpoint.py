"""A model that answers with hostile texts, for a run file's ``use = "hostile_endpoint:Parrot"``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hostile_strings import SENDABLE

from fedbbpt.canonical import digest
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile, Wire

LABELS = ("complaint", "praise")


@dataclass(frozen=True, slots=True)
class Parrot:
    """Answers two requests of three with a hostile text, and the third with a label."""

    def profile(self) -> Profile:
        return Profile(
            name="parrot",
            destination="this process <script>\x1b[2J\u202e",
            identity="parrot",
            model="parrot",
            top_logprobs=0,
            concurrency=8,
            local=True,
            pinned=True,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield _Voice()


class _Voice:
    async def send(self, request: Request) -> Completion:
        turn = int(digest(request.payload())[:8], 16)
        text = LABELS[turn % 2] if turn % 3 == 0 else SENDABLE[turn % len(SENDABLE)]
        return Completion(text=text, first=(), usage=Usage(prompt_tokens=9, completion_tokens=9))
