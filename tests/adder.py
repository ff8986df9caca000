"""A model made of sums: it thinks step by step where it is told to, and else loses its place."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tiny_run import Table, tiny_tables, write_rows

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.scripted import Scripted

OWNERS = ("north", "south")
QUESTION = re.compile(r"What is ([0-9]+(?: \+ [0-9]+)+)\?")


def question(first: int, *others: int) -> str:
    """Return a sum as a question."""
    return f"What is {' + '.join(map(str, (first, *others)))}?"


@dataclass(frozen=True)
class Adder:
    """Adds up what the last question names.

    With "step" in the prompt it adds all numbers and shows its work, else only the first two. A
    second call gets the bare number; asked for another wording it writes one, in every second draw
    with another number in it.
    """

    def profile(self) -> Profile:
        """Describe the model: text only."""
        plain = Scripted().profile()
        return replace(plain, name="adder", identity="adder", model="adder", top_logprobs=0)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Give the wire."""
        yield AdderWire()

    def reply(self, request: Request) -> Completion:
        """Return the reply to a request, a pure function of it."""
        text = said(request)
        cut = text[: 4 * request.max_tokens]
        finish = "stop" if cut == text else "length"
        return Completion(cut, finish, usage=Usage(8, 8))


@dataclass(frozen=True)
class AdderWire:
    """The adder, attempt by attempt."""

    async def send(self, request: Request) -> Completion:
        """Answer at once."""
        return Adder().reply(request)


def said(request: Request) -> str:
    """Return what the adder says."""
    texts = [message.content for message in request.messages]
    asked = QUESTION.findall("\n".join(texts))[-1]
    numbers = [int(number) for number in asked.split(" + ")]
    if "in other words" in texts[-1]:
        changed = numbers if request.sample % 2 == 0 else [*numbers[:-1], numbers[-1] + 1]
        return f"<question>Add them up. {question(*changed)}{'!' * request.sample}</question>"
    total = sum(numbers if "step" in "\n".join(texts) else numbers[:2])
    if texts[-1].startswith("Therefore"):
        return f"{total}."
    return f"{asked} makes {total}.\nAnswer: {total}"


def adder_tables(folder: Path, **changes: object) -> Table:
    """Return a run over sums of three numbers at two owners, with their files written."""
    for place, owner in enumerate(OWNERS):
        rows = [
            {
                "id": f"{owner}-{n}",
                "input": question(n + 2, place + 3, 2 * n + 5),
                "target": f"{3 * n + place + 10}.00",
            }
            for n in range(36)
        ]
        write_rows(folder / f"{owner}.jsonl", rows)
    tables = tiny_tables(
        task={"name": "sums", "topic": "sum", "answer": "number"},
        prompt={"user": "{input}"},
        reasoning={"use": "zero_shot_cot", "trigger": ""},
        space={"use": "bank", "library": ["reasoning"]},
        optimizer={"candidates": 4},
        search={"candidates": 4, "block": 8, "requests": 400},
        scoring={},
        owner=[{"name": name, "data": str(folder / f"{name}.jsonl")} for name in OWNERS],
        endpoint={"use": "adder:Adder"},
    )
    return {**tables, **changes}
