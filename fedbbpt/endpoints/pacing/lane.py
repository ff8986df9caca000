"""How fast one thing may flow to an endpoint, requests or tokens: a bucket that fills with time."""

import math

from fedbbpt.completions import Window

SHARE = 0.99
"""Of a grant; the rest is room for clocks that do not agree."""

BURST_SECONDS = 0.25
"""So much may be saved up, to make good for sleeps that take too long."""

LONG_SECONDS = 120.0
"""A grant over more than this is used as fast as it lasts: spread out it would stretch a run."""


class Lane:
    """A bucket whose rate is what the user allows and what the endpoint tells.

    What is told to remain until the reset is spread over that time. This is the truth about a key
    that several processes share: all see the same remainder, so all slow down alike, and a token
    bucket and a fixed window are both used up evenly. It may be taken into debt, because only the
    reply tells what a request really was.

    Attributes:
        learned: what may flow in a second where nobody tells; infinity for what nobody bounds.
        quantum: what one request is likely to take.
    """

    __slots__ = ("_at", "_granted", "_level", "_own", "_spread", "_until", "learned", "quantum")

    def __init__(self, per_minute: float, quantum: float) -> None:
        """Open a lane.

        Args:
            per_minute: what the user allows; 0 for what the endpoint tells.
            quantum: what one request is likely to take.
        """
        self.learned = math.inf
        self.quantum = quantum
        self._own = SHARE * per_minute / 60 if per_minute else math.inf
        self._granted = math.inf
        self._spread = math.inf
        self._until = -math.inf
        self._level = quantum
        self._at = -math.inf

    @property
    def bound(self) -> bool:
        """Whether anything bounds the flow."""
        return min(self._own, self._granted, self._spread, self.learned) < math.inf

    def told(self, now: float) -> bool:
        """Return whether it is told what remains just now."""
        return now < self._until

    def hear(self, window: Window, now: float) -> bool:
        """Take over what a reply tells; return whether the grant has grown."""
        self._refill(now)
        before, period, reset = self._granted, window.seconds, window.reset_seconds
        short = period is not None and period <= LONG_SECONDS
        self._granted = SHARE * window.limit / period if period and short else math.inf
        self._spread = math.inf
        if window.remaining is not None and reset and reset <= LONG_SECONDS:
            # One quantum more than remains: what is told is rounded down.
            self._spread = (window.remaining + self.quantum) / reset
            self._until = now + reset
        return self._granted > before

    def rate(self, now: float) -> float:
        """Return what may flow in a second, > 0; infinity where nothing bounds it."""
        rate = min(self._own, self._granted, self.learned)
        return min(rate, self._spread) if now < self._until else rate

    def wait(self, now: float, need: float) -> float:
        """Return the seconds until ``need`` is in the bucket, 0 where it is."""
        self._refill(now)
        short = need - self._level
        return short / self.rate(now) if short > 0 else 0.0

    def take(self, amount: float) -> None:
        """Take from the bucket, whatever is in it; a negative amount is given back."""
        self._level -= amount

    def empty(self) -> None:
        """Count the bucket as empty: the endpoint says that it is."""
        self._level = min(self._level, 0.0)

    def _refill(self, now: float) -> None:
        if now <= self._at:
            return
        rate = self.rate(now)
        most = max(self.quantum, rate * BURST_SECONDS)
        fresh = rate * (now - self._at)
        self._level = min(most, self._level + fresh) if fresh < math.inf else most
        self._at = now
