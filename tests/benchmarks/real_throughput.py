"""How many completions a second a real model server gives to us and to a bare load generator.

``python tests/benchmarks/real_throughput.py`` serves the packaged model from a process of its own;
``--address http://127.0.0.1:8000/v1 --model NAME`` measures a server that runs already, vLLM for
one. Both clients send the same requests with the same number under way, in turns, so that whatever
else the machine does falls on both.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from statistics import median

from hot_path import HERE, measured_load
from load_clients import Load

CLIENTS = ("aiohttp", "fedbbpt")
SETTINGS = ((1, 2), (4, 8))
"""Slots of the packaged model's server, and calls under way."""


def compared(load: Load, repeats: int) -> Mapping[str, list[float]]:
    """Measure both clients in turns; return completions a second, one figure a repeat."""
    found: dict[str, list[float]] = {client: [] for client in CLIENTS}
    for turn in range(repeats):
        for client in CLIENTS if turn % 2 == 0 else reversed(CLIENTS):
            found[client].append(1e6 / measured_load(replace(load, client=client))["wall"])
    return found


@contextmanager
def packaged_model(slots: int) -> Iterator[str]:
    """Serve the packaged model for the time of a ``with`` block and give the address."""
    command = [sys.executable, str(HERE / "model_process.py"), str(slots)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        yield f"{server.stdout.readline().decode().strip()}/v1"
        server.stdin.close()


def row(name: str, found: Mapping[str, list[float]]) -> str:
    """Return one line of the table: both paces and the median of the ratios of each turn."""
    bare, ours = (found[client] for client in CLIENTS)
    ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True)]
    return f"| {name} | {median(bare):.2f} | {median(ours):.2f} | {median(ratios):.3f} |\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="", help="of a running server, with /v1")
    parser.add_argument("--model", default="m", help="as that server calls it")
    parser.add_argument("--concurrency", type=int, default=8, help="calls under way there")
    parser.add_argument("--calls", type=int, default=100, help="measured in each turn")
    parser.add_argument("--repeats", type=int, default=4, help="turns of both clients")
    given = parser.parse_args()
    sys.stdout.write("| server | bare aiohttp, a second | fedbbpt, a second | ratio |\n")
    sys.stdout.write("|---|---|---|---|\n")
    usual = Load(
        client="",
        address=given.address,
        concurrency=given.concurrency,
        calls=given.calls,
        alternatives=20,
        loop="asyncio",
        model=given.model,
        answer="",
    )
    if given.address:
        found = compared(usual, given.repeats)
        sys.stdout.write(row(f"{given.model}, {given.concurrency} at once", found))
        return
    for slots, concurrency in SETTINGS:
        with packaged_model(slots) as address:
            load = replace(usual, address=address, concurrency=concurrency)
            name = f"llama.cpp, {slots} slots, {concurrency} at once"
            sys.stdout.write(row(name, compared(load, given.repeats)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
