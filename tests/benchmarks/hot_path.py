"""What a completion costs in each client, side by side, each in a process of its own.

``python tests/benchmarks/hot_path.py`` prints the tables of docs/endpoint-layer.md. Only ratios say
something: absolute figures depend on the machine and on what else it does. The least of several
interleaved repeats is compared, since whatever else runs can only add to it.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import orjson
from load_clients import Load

HERE = Path(__file__).parent
CALLS = {"openai": 400, "fedbbpt hits": 4000}
USUAL_CALLS = 2000


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU and of wall time a completion, one figure a repeat."""

    cpu: tuple[float, ...]
    wall: tuple[float, ...]

    @property
    def least(self) -> float:
        """The least CPU time of all repeats."""
        return min(self.cpu)


@dataclass(frozen=True, slots=True)
class Setting:
    """Under which circumstances clients are compared."""

    concurrency: int
    alternatives: int
    loop: str

    @property
    def name(self) -> str:
        """As a line of a table says it."""
        reply = f"{self.alternatives} alternatives" if self.alternatives else "text only"
        return f"{self.concurrency} at once, {reply}, {self.loop}"


def loops() -> Sequence[str]:
    """Return the event loops that are installed."""
    return ["asyncio", *["uvloop"] * (importlib.util.find_spec("uvloop") is not None)]


def compared(setting: Setting, clients: Sequence[str], repeats: int) -> Mapping[str, Cost]:
    """Measure ``clients`` in turns and return what each costs."""
    found: dict[str, list[Mapping[str, float]]] = {client: [] for client in clients}
    with served(setting.alternatives) as address:
        usual = Load("", address, setting.concurrency, 0, setting.alternatives, setting.loop)
        for _ in range(repeats):
            for client in clients:
                # Few, where they are slow: the figure is one of a call, not of the whole.
                calls = CALLS.get(client, USUAL_CALLS)
                found[client].append(measured_load(replace(usual, client=client, calls=calls)))
    return {
        client: Cost(tuple(one["cpu"] for one in all_), tuple(one["wall"] for one in all_))
        for client, all_ in found.items()
    }


@contextmanager
def served(alternatives: int) -> Iterator[str]:
    """Serve fixed replies for the time of a ``with`` block and give the address."""
    command = [sys.executable, str(HERE / "fixed_reply_server.py"), str(alternatives)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        server.stdin.close()


def measured_load(load: Load) -> Mapping[str, float]:
    """Return microseconds of ``cpu`` and ``wall`` a completion, in a process of its own."""
    command = [sys.executable, str(HERE / "load_clients.py"), orjson.dumps(asdict(load)).decode()]
    printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    found: Mapping[str, float] = orjson.loads(printed)
    return found


def table(setting: Setting, costs: Mapping[str, Cost], beside: str = "aiohttp") -> str:
    """Return costs as a Markdown table."""
    base = costs[beside].least
    rows = [
        f"| {client} | {cost.least:.0f} ({median(cost.cpu):.0f}) | {cost.least / base:.2f} "
        f"| {min(cost.wall):.0f} ({median(cost.wall):.0f}) |"
        for client, cost in costs.items()
    ]
    head = [
        f"**{setting.name}**",
        "",
        f"| client | CPU µs a completion: least (median) | beside {beside} | wall µs |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def main() -> None:
    """Print all tables."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    clients = ("aiohttp", "fedbbpt", "fedbbpt hits", "openai")
    for loop in loops():
        for alternatives in (0, 20):
            for concurrency in (64, 256):
                setting = Setting(concurrency, alternatives, loop)
                sys.stdout.write(table(setting, compared(setting, clients, repeats)) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
