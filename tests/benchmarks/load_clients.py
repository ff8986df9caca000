"""One client under load, in a process of its own: CPU and wall time a completion, as JSON.

Every client asks the same questions with the same number under way, and takes the text, the
alternatives of the first token and the usage out of the same reply.
"""

import asyncio
import contextlib
import importlib
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson

from fedbbpt.completions import Completion, Request
from fedbbpt.config.lines import open_line
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

SYSTEM = "Decide whether the text is positive or negative; answer with one word. " * 13
TEXT = "Number {}: the film was a mess from the first scene on, yet its end moved me. "
WARM_UP = 8
"""Calls before those that are measured, for each that is under way at once; they let the limit on
calls under way grow to where the setting has it. The vendor's client has no such limit."""
SPARE = Caps(calls=10**9, tokens=10**15)


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked, and how.

    Attributes:
        client: a key of ``CLIENTS``.
        address: of the server, with ``/v1``.
        concurrency: under way at once.
        calls: measured, after a warm-up.
        alternatives: of the first token, asked for and given.
        loop: ``"asyncio"`` or ``"uvloop"``.
        model: as the server calls it.
        answer: the text of every reply; empty where a real model says what it likes.
    """

    client: str
    address: str
    concurrency: int
    calls: int
    alternatives: int
    loop: str
    model: str = "m"
    answer: str = "positive"


Ask = Callable[[range], Awaitable[None]]


def question(number: int) -> str:
    """Return the user's message of one request; with the system's it has 1.1 kB."""
    return TEXT.format(number) * 2


def _fields(load: Load, number: int) -> dict[str, object]:
    """Return the body of a request, as somebody would write it by hand."""
    body: dict[str, object] = {
        "model": load.model,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": question(number)},
        ],
        "max_tokens": 1,
        "temperature": 0.0,
    }
    if load.alternatives:
        body |= {"logprobs": True, "top_logprobs": load.alternatives}
    return body


async def _by_workers(
    one: Callable[[int], Awaitable[None]], numbers: range, concurrency: int
) -> None:
    """Ask with so many workers over one iterator: the cheapest way there is."""
    left: Iterator[int] = iter(numbers)

    async def work() -> None:
        for number in left:
            await one(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())


@asynccontextmanager
async def bare_aiohttp(load: Load) -> AsyncIterator[Ask]:
    """A session, one post a question, nothing else."""
    url = f"{load.address}/chat/completions"
    headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def one(number: int) -> None:
            async with session.post(url, data=orjson.dumps(_fields(load, number))) as response:
                reply = orjson.loads(await response.read())
            _check(load, reply["choices"][0]["message"]["content"])

        yield lambda numbers: _by_workers(one, numbers, load.concurrency)


@asynccontextmanager
async def openai_sdk(load: Load) -> AsyncIterator[Ask]:
    """The vendor's client as it comes."""
    library = importlib.import_module("openai")
    async with library.AsyncOpenAI(base_url=load.address, api_key="k") as client:

        async def one(number: int) -> None:
            reply = await client.chat.completions.create(**_fields(load, number))
            _check(load, reply.choices[0].message.content)

        yield lambda numbers: _by_workers(one, numbers, load.concurrency)


@asynccontextmanager
async def fedbbpt_line(load: Load) -> AsyncIterator[Ask]:
    """An endpoint as a run opens it: journal on disk, caps, retries, limits, ledger."""
    with tempfile.TemporaryDirectory() as folder, _log(Path(folder)) as log:
        async with _endpoint(load, log) as endpoint:
            yield lambda numbers: _complete(endpoint, load, numbers)


@asynccontextmanager
async def fedbbpt_hits(load: Load) -> AsyncIterator[Ask]:
    """The same endpoint asked what it was asked before, in an earlier process."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = range(-WARM_UP * load.concurrency, load.calls)
        with _log(Path(folder)) as log:
            async with _endpoint(load, log) as endpoint:
                await _complete(endpoint, load, numbers)
        with _log(Path(folder)) as log:
            async with _endpoint(load, log) as endpoint:
                yield lambda numbers: _complete(endpoint, load, numbers)
                if endpoint.calls:
                    raise SystemExit(f"{endpoint.calls} hits were calls")


def _log(folder: Path) -> "contextlib.AbstractContextManager[FramedLog]":
    return FramedLog.open(folder / "calls.log")


@asynccontextmanager
async def _endpoint(load: Load, log: FramedLog) -> AsyncIterator[Batched]:
    connector = OpenAI(
        load.address, load.model, top_logprobs=load.alternatives, concurrency=load.concurrency
    )
    journal = Journal(log)
    async with open_line(connector, journal, SPARE, "anna") as line:
        yield Batched(line.wire, line.profile, journal, SPARE)


async def _complete(endpoint: Batched, load: Load, numbers: range) -> None:
    system = Message("system", SYSTEM)
    requests = [
        Request((system, Message("user", question(number))), top_logprobs=load.alternatives)
        for number in numbers
    ]
    for reply in await endpoint.complete(requests):
        if not isinstance(reply, Completion):
            raise SystemExit(f"no reply: {reply.reason}")
        _check(load, reply.text)


def _check(load: Load, text: object) -> None:
    if load.answer and text != load.answer:
        raise SystemExit(f"not the server's answer: {text!r}")


CLIENTS = {
    "aiohttp": bare_aiohttp,
    "fedbbpt": fedbbpt_line,
    "fedbbpt hits": fedbbpt_hits,
    "openai": openai_sdk,
}


async def measured(load: Load) -> dict[str, float]:
    """Return microseconds of CPU and of wall time a completion."""
    async with CLIENTS[load.client](load) as ask:
        warm_up = 1 if load.client == "openai" else WARM_UP
        await ask(range(-warm_up * load.concurrency, 0))
        wall, cpu = time.perf_counter(), _cpu()
        await ask(range(load.calls))
        wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    return {"cpu": cpu / load.calls * 1e6, "wall": wall / load.calls * 1e6}


def _cpu() -> float:
    """Return the seconds of CPU that all threads of this process have used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    load = Load(**orjson.loads(sys.argv[1]))
    factory = importlib.import_module("uvloop").new_event_loop if load.loop == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        result = runner.run(measured(load))
    sys.stdout.buffer.write(orjson.dumps(result))


if __name__ == "__main__":
    main()
