"""How fast an endpoint answers, and how many requests side by side it is worth sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from fedbbpt.diagnosis.probes import Reply

WORTH = 1.15
"""More requests at once must bring at least so many times the rate."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one level of concurrency brought.

    Attributes:
        concurrency: requests under way at once.
        calls: sent.
        failed: without a completion.
        rate: completions a second.
        latency: median seconds to a completion; 0 where none came.
        slowest: seconds to the last completion of all; 0 where none came.
        reason: of the first failure, empty for none.
    """

    concurrency: int
    calls: int
    failed: int
    rate: float
    latency: float
    slowest: float
    reason: str = ""


def judge_pace(concurrency: int, replies: Sequence[Reply], seconds: float) -> Pace:
    """Return the pace of some calls that took ``seconds`` together."""
    times = [reply.seconds for reply in replies if reply.completion]
    return Pace(
        concurrency=concurrency,
        calls=len(replies),
        failed=len(replies) - len(times),
        rate=len(times) / seconds if seconds > 0 else 0.0,
        latency=median(times) if times else 0.0,
        slowest=max(times, default=0.0),
        reason=next((reply.reason for reply in replies if reply.reason), ""),
    )


def best_concurrency(paces: Sequence[Pace]) -> int:
    """Return the level to use: the highest that failed nothing and is clearly faster; at least 1.

    >>> best_concurrency([Pace(1, 3, 0, 5, 0.2, 0.2), Pace(4, 8, 0, 5.2, 0.8, 0.9)])
    1
    """
    chosen, rate = 1, 0.0
    for pace in paces:
        if pace.failed:
            break
        if pace.rate >= WORTH * rate:
            chosen, rate = pace.concurrency, pace.rate
    return chosen
