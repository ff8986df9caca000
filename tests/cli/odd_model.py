"""A model that does what models do wrong: breaks off, says nothing, changes the numbers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile, Wire


@dataclass(frozen=True, slots=True)
class OddModel:
    """Answers by the words of what it is asked.

    Attributes:
        says: its answer to all else.
        rewording: what it writes where another wording is asked for.
    """

    says: str = "12 - 5 = 7.\nAnswer: 7"
    rewording: str = "<question>Of 13 apples 5 are eaten. How many are left?</question>"

    def profile(self) -> Profile:
        return Profile(
            name="odd",
            destination="this process (odd)",
            identity=f"odd {self.says} {self.rewording}",
            model="odd",
            top_logprobs=0,
            concurrency=8,
            local=True,
            pinned=True,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield _OddWire(self)

    def reply(self, request: Request) -> Completion:
        asked = request.messages[-1].content
        usage = Usage(len(asked.split()), 8)
        if "<question>" in asked:
            return Completion(self.rewording, usage=usage)
        if "endless" in asked:
            return Completion("Let us see: 12 - 5 would", finish_reason="length", usage=usage)
        if "mute" in asked:
            return Completion("I wonder.", usage=usage)
        return Completion(self.says, usage=usage)


@dataclass(frozen=True, slots=True)
class _OddWire:
    settings: OddModel

    async def send(self, request: Request) -> Completion:
        return self.settings.reply(request)
