"""Four processes with one key, in virtual time: who gets how much, and what is refused.

``python tests/benchmarks/shared_key.py`` prints the table of docs/limits.md; nothing is asked and
nobody waits, so other work on the machine changes no figure.
"""

import sys
from pathlib import Path
from statistics import mean
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / name) for name in ("", "mock_endpoint", "endpoints")]

from metered_wire import ask_for, jain  # noqa: E402 - found by the line above
from mock_meter import Limits  # noqa: E402
from virtual_time import run_virtually  # noqa: E402

SECONDS, WARM = 120.0, 40.0
SEEDS = range(5)
SETTINGS = ((3000, False), (1200, False), (600, False), (600, True), (120, True))
"""Requests a minute, and whether the endpoint tells them."""


class Found(NamedTuple):
    """Jain's index, the share of the grant used, and refused shares, later and from the first."""

    fairness: float
    used: float
    later: float
    whole: float


def played(per_minute: int, seed: int, *, told: bool) -> Found:
    """Play one world of four processes with a reply after 0.2 seconds."""
    limits = Limits(per_minute, told=told)
    asked = ask_for(limits, SECONDS, processes=4, latency=0.2, concurrency=32, seed=seed)
    wire = run_virtually(asked)
    shares = [
        sum(process == number and moment >= WARM for moment, process in wire.taken)
        for number in range(4)
    ]
    return Found(
        jain(shares),
        wire.rate(WARM, SECONDS) / per_minute,
        wire.share_refused(WARM, SECONDS),
        wire.share_refused(0.0, SECONDS),
    )


def row(per_minute: int, *, told: bool) -> str:
    """Return one line of the table: means over the seeds, and the range of Jain's index."""
    found = [played(per_minute, seed, told=told) for seed in SEEDS]
    index = [one.fairness for one in found]
    return (
        f"| {per_minute:,} | {'yes' if told else 'no'} "
        f"| {mean(index):.2f} ({min(index):.2f} to {max(index):.2f}) "
        f"| {mean(one.used for one in found):.1%} "
        f"| {mean(one.later for one in found):.1%} | {mean(one.whole for one in found):.1%} |\n"
    )


def main() -> None:
    """Print the table."""
    sys.stdout.write("| a minute | told | Jain's index | used | 429 after 40 s | 429 in 120 s |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for per_minute, told in SETTINGS:
        sys.stdout.write(row(per_minute, told=told))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
