"""Processes that are killed under a cap: what the server bills never passes it."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import PATIENCE, run_table, started, write_run

from fedbbpt.randomness import rng

CALLS = 120
PRICES = {"prompt": 0.15, "completion": 0.6}
NANODOLLARS = 4_000_000
KILLS = 3


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(latency_seconds=0.004) as served:
        yield served


def lived(server: MockEndpoint, file: Path, directory: Path, requests: int | None) -> int:
    """Start the command, kill it after a number of requests; return how it ended."""
    wanted, until = len(server.headers) + (requests or 0), time.monotonic() + PATIENCE
    with started("run", file, "--dir", directory) as process:
        while process.poll() is None and (requests is None or len(server.headers) < wanted):
            assert time.monotonic() < until, "the process neither asks nor ends"
            time.sleep(0.001)
        process.kill()
        return process.wait(PATIENCE)


def killed_under_a_cap(server: MockEndpoint, folder: Path, dice: np.random.Generator) -> None:
    endpoint = server.endpoint(concurrency=8, prices=PRICES)
    caps = {"calls": CALLS, "dollars": NANODOLLARS / 10**9}
    file = write_run(folder, {**run_table(endpoint), "caps": caps})
    calls, money = server.bill, server.billed.nanodollars
    ended = []

    for requests in [*map(int, dice.integers(3, 30, KILLS)), None]:
        ended.append(lived(server, file, folder / "run", requests))
        time.sleep(0.05)  # what a killed process had sent may still be on its way
        assert server.bill - calls <= CALLS
        assert server.billed.nanodollars - money <= NANODOLLARS

    assert -9 in ended[:-1]
    assert ended[-1] in {0, 1}  # done, or paused by a cap
    assert server.bill - calls > CALLS / 4


def test_kills_under_caps_on_calls_and_money_never_bill_more_than_the_caps(
    server: MockEndpoint, tmp_path: Path
) -> None:
    killed_under_a_cap(server, tmp_path, rng(3, "capped kills"))


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(40))
def test_two_hundred_processes_killed_under_caps_never_bill_more_than_the_caps(
    server: MockEndpoint, tmp_path: Path, seed: int
) -> None:
    killed_under_a_cap(server, tmp_path, rng(seed, "capped kills"))
