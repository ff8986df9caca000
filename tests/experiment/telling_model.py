"""A model whose answer is a number of the very request, so that draws can be told apart."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile, Wire

FIT = ("When {n} of 90 apples are eaten, how many stay?", "Say what is left: 90 less {n}.")


@dataclass(frozen=True, slots=True)
class TellingModel:
    """Writes paraphrases of which few are fit: of sums of odd numbers two, of even ones none.

    Attributes:
        says: put before each answer.
    """

    says: str = "Answer: "

    def profile(self) -> Profile:
        return Profile(
            name="telling",
            destination="this process (telling)",
            identity=f"telling {self.says}",
            model="telling",
            top_logprobs=0,
            concurrency=8,
            local=True,
            pinned=True,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield _TellingWire(self)

    def reply(self, request: Request) -> Completion:
        asked = request.messages[-1].content
        usage = Usage(len(asked.split()), 8)
        if "<question>" in asked:
            return Completion(self._rewording(asked, request.sample), usage=usage)
        told = hashlib.sha256(f"{asked} {request.sample}".encode()).digest()
        return Completion(f"{self.says}{int.from_bytes(told[:4], 'big')}", usage=usage)

    def _rewording(self, asked: str, sample: int) -> str:
        found = re.search(r"Of 90 apples (\d+) are", asked)
        number = int(found[1]) if found else 0
        if number % 2 == 0:
            return f"<question>Of 91 apples {number} are eaten. How many?</question>"
        # The first one, the first again, one with another number, and another one that is fit.
        text = (FIT[0], FIT[0], "Of 7?", FIT[1])[sample % 4]
        return f"<question>{text.format(n=number)}</question>"


@dataclass(frozen=True, slots=True)
class _TellingWire:
    settings: TellingModel

    async def send(self, request: Request) -> Completion:
        return self.settings.reply(request)
