"""A model that each owner's questions reach by another prompt, and a run over them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tiny_run import Table, tiny_tables, write_rows

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.scripted import Scripted

KEYS = {"north": "PLAN", "south": "CHECK", "west": "PLAN"}
"""The word that a prompt must have for an owner's questions to be understood."""

BANK = "".join(
    f'[[prompt]]\nname = "{name}"\nsystem = "{system}"\nuser = "{{input}}"\nsource = "test"\n'
    for name, system in (("plain", "Say it."), ("plan", "PLAN it."), ("check", "CHECK it."))
)


@dataclass(frozen=True)
class Dialects:
    """Says the right label where the prompt has the word of the question's owner, else "no"."""

    def profile(self) -> Profile:
        """Describe the model: text only."""
        plain = Scripted().profile()
        return replace(plain, name="dialects", identity="dialects", model="d", top_logprobs=0)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Give the wire."""
        yield DialectWire()


@dataclass(frozen=True)
class DialectWire:
    """The model, attempt by attempt."""

    async def send(self, request: Request) -> Completion:
        """Answer at once."""
        *before, last = (message.content for message in request.messages)
        owner, number = last.split()[0], int(last.split()[-1])
        known = KEYS[owner] in " ".join(before)
        right = "yes" if number % 2 else "no"
        return Completion(right if known else "no", "stop", usage=Usage(4, 1))


def dialect_tables(folder: Path, **changes: object) -> Table:
    """Return a run over three owners, two of which one prompt suits, with their files written."""
    for owner in KEYS:
        rows = [
            {
                "id": f"{owner}-{n}",
                "input": f"{owner} asks whether it is odd: {n}",
                "target": "yes" if n % 2 else "no",
            }
            for n in range(72)
        ]
        write_rows(folder / f"{owner}.jsonl", rows)
    (folder / "bank.toml").write_text(BANK, encoding="utf-8")
    tables = tiny_tables(
        recipe="fedlogic",
        task={"name": "odd", "topic": "answer", "labels": ["yes", "no"]},
        prompt={"user": "{input}"},
        space={"library": [str(folder / "bank.toml")]},
        optimizer={},
        search={"candidates": 16, "block": 8, "rounds": 2, "requests": 400},
        scoring={"calibrate": "none"},
        roles={"train": 24, "dev": 24, "test": 24},
        owner=[{"name": name, "data": str(folder / f"{name}.jsonl")} for name in KEYS],
        endpoint={"use": "dialects:Dialects"},
    )
    return {**tables, **changes}
