"""What a resumed run costs: answers looked up by list, beside the same calls to a local mock."""

import sys
import time
from pathlib import Path

import pytest
from mock_asking import connector_of, questions
from mock_process import in_own_process

from fedbbpt.completions import Request
from fedbbpt.config.lines import open_line
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.event_loop import run_until_done
from fedbbpt.storage.framed_log import FramedLog

pytestmark = pytest.mark.benchmark

COUNT = 2000


async def asked(log: Path, url: str, requests: list[Request]) -> tuple[float, int]:
    """Return the seconds that a list takes, without opening the journal, and its calls."""
    with FramedLog.open(log) as calls:
        journal = Journal(calls)
        async with open_line(connector_of(url), journal, Caps(), "anna") as line:
            endpoint = Batched(line.wire, line.profile, journal, Caps())
            start = time.perf_counter()
            await endpoint.complete(requests)
            return time.perf_counter() - start, endpoint.calls


def test_a_replay_is_twenty_times_faster_than_asking_a_local_mock(tmp_path: Path) -> None:
    log, replays = tmp_path / "calls.log", []

    with in_own_process() as remote:
        first, calls = run_until_done(asked(log, remote.url, questions(COUNT)))
        for _ in range(5):
            seconds, again = run_until_done(asked(log, remote.url, questions(COUNT)))
            replays.append(seconds)
            calls += again

    ratio = first / min(replays)
    sys.stdout.write(
        f"\n{COUNT} requests: asked {first / COUNT * 1e6:.0f} µs each, "
        f"replayed {min(replays) / COUNT * 1e6:.1f} µs each, {ratio:.0f} times faster\n"
    )
    assert calls == COUNT
    assert ratio >= 20
