import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest
from ledger_life import live
from mock_faults import FAULTS
from mock_plans import Seeded
from mock_server import MockEndpoint, serving

from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Ledger, Spend
from fedbbpt.randomness import rng
from fedbbpt.storage.framed_log import FramedLog

COUNT = 24
"""Questions of one run."""
KILLS = 2
PATIENCE = 60.0
QUICK = sorted(
    FAULTS.keys() - {"slow loris", "silence", "redirect", "huge body", "compressed huge body"}
)
"""Faults that a process meets without waiting long."""


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint(latency_seconds=0.003)) as served:
        yield served


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Yield what forks a process that has loaded everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ledger_life"])
    with pytest.MonkeyPatch.context() as patch:
        # the server of forks looks for what it shall load there, and only there
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        yield context


def lived(
    server: MockEndpoint, processes: ForkServerContext, log: Path, kill_at: int | None
) -> bool:
    """Start a life, kill it at a number of requests; return whether it was killed."""
    process = processes.Process(target=live, args=(server.url, str(log), COUNT))
    wanted = len(server.headers) + (kill_at or 0)
    process.start()
    until = time.monotonic() + PATIENCE
    while process.is_alive() and time.monotonic() < until:
        if kill_at is not None and len(server.headers) >= wanted and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.001)
    process.join(PATIENCE)
    if process.exitcode not in {0, -signal.SIGKILL}:
        raise AssertionError(f"the life ended with {process.exitcode}")
    return process.exitcode != 0


def tally(log: Path) -> Ledger:
    with FramedLog.open(log) as calls:
        return Journal(calls).tally()


def spent(server: MockEndpoint) -> Spend:
    tokens = server.billed.tokens
    return Spend(
        server.bill, tokens.prompt_tokens + tokens.completion_tokens, server.billed.nanodollars
    )


def settled_of(ledger: Ledger) -> Spend:
    tokens = ledger.prompt_tokens + ledger.completion_tokens
    return Spend(ledger.calls, tokens, ledger.nanodollars)


def check(ledger: Ledger, bill: Spend) -> None:
    """Check that settled <= bill <= settled + possibly billed, in calls, tokens and money."""
    for settled, billed, worst in zip(settled_of(ledger), bill, ledger.worst, strict=True):
        assert settled <= billed <= worst, (ledger, bill)
    assert ledger.unpriced == 0
    if not ledger.possibly_billed:
        assert settled_of(ledger) == bill == ledger.worst


def one_run(
    server: MockEndpoint, processes: ForkServerContext, folder: Path, seed: int
) -> tuple[Ledger, bool]:
    """Live one run with its own faults and kills; check the law after every life."""
    dice: np.random.Generator = rng(seed, "ledger law")
    share = float(dice.choice([0.0, 0.1, 0.3]))
    server.plan(Seeded(seed, dict.fromkeys(QUICK, share / len(QUICK))))
    log, before = folder / f"{seed}.log", spent(server)
    moments = [int(one) for one in dice.integers(1, COUNT, int(dice.integers(0, KILLS + 1)))]
    killed = False
    for kill_at in [*moments, None]:
        killed |= lived(server, processes, log, kill_at)
        time.sleep(0.02)  # what a killed process had sent may still be on its way
        ledger, now = tally(log), spent(server)
        check(ledger, Spend(*(after - earlier for after, earlier in zip(now, before, strict=True))))
    assert killed or share or not ledger.possibly_billed
    return ledger, killed


def all_runs(
    server: MockEndpoint, processes: ForkServerContext, folder: Path, seeds: range
) -> None:
    runs = [one_run(server, processes, folder, seed) for seed in seeds]

    killed = sum(kill for _, kill in runs)
    doubtful = sum(ledger.possibly_billed > 0 for ledger, _ in runs)
    assert len(runs) / 4 < killed < len(runs)
    assert 0 < doubtful < len(runs)


def test_what_is_settled_and_what_may_be_billed_hold_the_bill_between_them_in_fifty_runs(
    server: MockEndpoint, processes: ForkServerContext, tmp_path: Path
) -> None:
    all_runs(server, processes, tmp_path, range(50))


@pytest.mark.torture
@pytest.mark.parametrize("batch", range(10))
def test_what_is_settled_and_what_may_be_billed_hold_the_bill_between_them_in_a_thousand_runs(
    server: MockEndpoint, processes: ForkServerContext, tmp_path: Path, batch: int
) -> None:
    all_runs(server, processes, tmp_path, range(100 * batch, 100 * batch + 100))
