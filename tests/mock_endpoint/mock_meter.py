"""Requests and tokens a minute, as hosted endpoints grant them: token buckets that can change."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

WORDS = ("requests", "tokens")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one account may ask for.

    Attributes:
        requests_per_minute: 0 for no limit.
        tokens_per_minute: 0 for no limit; a request takes its prompt and its longest reply.
        burst_seconds: so much of a grant can be saved up, > 0; hosted endpoints enforce limits over
            less than a minute.
        told: replies carry ``x-ratelimit-*``, and refusals ``retry-after-ms`` and ``retry-after``.
    """

    requests_per_minute: float = 0.0
    tokens_per_minute: float = 0.0
    burst_seconds: float = 1.0
    told: bool = True


@dataclass
class Bucket:
    """One grant: what is in it grows with time up to what may be saved up.

    Attributes:
        per_minute: what is granted.
        most: what may be saved up.
        level: what is there at ``at``.
        at: seconds on the clock of the meter.
        granted: all that was granted so far, used or not.
    """

    per_minute: float
    most: float
    level: float
    at: float
    granted: float = 0.0

    def refill(self, now: float) -> None:
        """Add what was granted since."""
        fresh = (now - self.at) * self.per_minute / 60
        self.granted += fresh
        self.level = min(self.most, self.level + fresh)
        self.at = now

    def wait_for(self, need: float) -> float:
        """Return the seconds until ``need`` is there, 0 where it is."""
        return max(0.0, min(need, self.most) - self.level) * 60 / self.per_minute

    def headers(self, word: str) -> dict[str, str]:
        """Return what is told of it."""
        full = (self.most - self.level) * 60 / self.per_minute
        return {
            f"x-ratelimit-limit-{word}": str(int(self.per_minute)),
            f"x-ratelimit-remaining-{word}": str(max(0, int(self.level))),
            f"x-ratelimit-reset-{word}": duration(full),
        }


@dataclass
class Meter:
    """The grants of one account.

    Attributes:
        limits: as they are now.
        clock: as ``time.monotonic``.
        buckets: by ``WORDS``; none where nothing limits.
    """

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.change(self.limits)

    def change(self, limits: Limits) -> None:
        """Grant more or less from now on; what was saved up stays, as far as it may."""
        now = self.clock()
        for bucket in self.buckets.values():
            bucket.refill(now)
        rates = dict(
            zip(WORDS, (limits.requests_per_minute, limits.tokens_per_minute), strict=True)
        )
        old, self.buckets, self.limits = self.buckets, {}, limits
        for word, rate in rates.items():
            if rate > 0:
                most = max(1.0, rate * limits.burst_seconds / 60)
                before = old.get(word, Bucket(rate, most, most, now))
                level = min(before.level, most)
                self.buckets[word] = Bucket(rate, most, level, now, before.granted)

    def take(self, tokens: int) -> float:
        """Take one request of so many tokens; return 0, or the seconds after which it would fit."""
        now, needs = self.clock(), dict(zip(WORDS, (1.0, float(tokens)), strict=True))
        for bucket in self.buckets.values():
            bucket.refill(now)
        waits = [bucket.wait_for(needs[word]) for word, bucket in self.buckets.items()]
        if any(wait > 0 for wait in waits):
            return max(waits)
        for word, bucket in self.buckets.items():
            bucket.level -= needs[word]
        return 0.0

    def headers(self, wait: float = 0.0) -> dict[str, str]:
        """Return what a reply tells of the grants; above 0, ``wait`` is told in both usual ways."""
        if not self.limits.told:
            return {}
        found: dict[str, str] = {}
        for word, bucket in self.buckets.items():
            found |= bucket.headers(word)
        if wait > 0:
            found["retry-after-ms"] = str(int(wait * 1000) + 1)
            found["retry-after"] = str(int(wait) + 1)
        return found


def duration(seconds: float) -> str:
    """Return a time as hosted endpoints write it.

    >>> duration(0.02), duration(1.5), duration(372)
    ('20ms', '1.5s', '6m12s')
    """
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    return (f"{int(minutes)}m" if minutes else "") + f"{round(rest, 3):g}s"
