"""The mock endpoint in a process of its own, told what to do over HTTP.

``python tests/mock_endpoint/mock_process.py '{"latency_seconds": 0.01}'`` prints its address and
serves until its standard input ends. ``GET /control`` gives the totals; ``POST /control`` takes
``limits``, ``faults`` (seed, shares, first, last), ``latency_seconds`` and ``parallelism``.
"""

import asyncio
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from mock_plans import Seeded
from mock_server import MockEndpoint, listening

ROOT = Path(__file__).parents[2]
Told = Mapping[str, Any]


def tell(server: MockEndpoint, told: Told) -> None:
    """Change a server as told."""
    for name, value in told.items():
        match name:
            case "limits":
                server.change(replace(server.limits, **value))
            case "faults":
                server.faults = Seeded(**value)
            case "latency_seconds":
                server.latency_seconds = float(value)
            case "parallelism":
                server.parallelism = int(value)
            case _:
                raise ValueError(f"{name}: nothing of that name can be told")


def totals_of(server: MockEndpoint) -> dict[str, object]:
    """Return what a server counted, as JSON values."""
    tokens = server.billed.tokens
    granted = {
        account: {word: bucket.granted for word, bucket in meter.buckets.items()}
        for account, meter in server.meters.items()
    }
    return {
        "received": len(server.headers),
        "billed": server.bill,
        "nanodollars": server.billed.nanodollars,
        "prompt_tokens": tokens.prompt_tokens,
        "cached_tokens": tokens.cached_tokens,
        "completion_tokens": tokens.completion_tokens,
        "granted": granted,
        "log": server.log,
    }


async def serve(told: Told) -> None:
    """Serve until standard input ends."""
    server = MockEndpoint()
    tell(server, told)

    async def totals(_request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(totals_of(server)))

    async def change(request: web.Request) -> web.Response:
        tell(server, orjson.loads(await request.read()))
        return web.Response()

    async with listening(server, web.get("/control", totals), web.post("/control", change)):
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


@dataclass(frozen=True, slots=True)
class Remote:
    """The mock endpoint of another process.

    Attributes:
        url: base address.
    """

    url: str

    @property
    def control(self) -> str:
        """Where it is told what to do."""
        return urlsplit(self.url)._replace(path="/control").geturl()

    def tell(self, **told: object) -> None:
        """Change it, see the module."""
        request = urllib.request.Request(self.control, orjson.dumps(told))
        with urllib.request.urlopen(request, timeout=30):
            pass

    def stats(self) -> dict[str, Any]:
        """Return its totals."""
        with urllib.request.urlopen(self.control, timeout=30) as reply:
            found: dict[str, Any] = orjson.loads(reply.read())
        return found


@contextmanager
def in_own_process(**told: object) -> Iterator[Remote]:
    """Serve from a process of its own for the time of a ``with`` block."""
    folders = [ROOT, Path(__file__).parent]
    with subprocess.Popen(
        [sys.executable, __file__, orjson.dumps(told).decode()],
        env={"PYTHONPATH": ":".join(map(str, folders))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdout is None:
            raise AssertionError("the pipe was asked for")
        try:
            yield Remote(process.stdout.readline().strip())
        finally:
            process.communicate(timeout=30)  # the end of its standard input is its own end


if __name__ == "__main__":
    asyncio.run(serve(orjson.loads(sys.argv[1]) if len(sys.argv) > 1 else {}))
