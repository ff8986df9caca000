"""The pace of requests and tokens to one endpoint: told, learned, or set by the user."""

import math

from fedbbpt.completions import RateLimits
from fedbbpt.endpoints.pacing.lane import Lane
from fedbbpt.endpoints.pacing.learned_rate import LearnedRate

MEMORY = 0.1
"""Weight of the last reply in what is usual."""

_NEARLY = 1e-9
"""Less than this is missing only by rounding."""


class Pace:
    """Two lanes that an attempt passes together.

    A request's tokens are taken before it is sent, at their worst until replies show how much of
    that is usual, and corrected after the reply. The lane of tokens lets a request pass as soon as
    it is out of debt: a bucket that had to hold all of a request would never hold a large one.

    Attributes:
        bound: whether anything bounds the pace.
    """

    __slots__ = ("_learned", "_pressed", "_requests", "_tokens", "_usual", "bound")

    def __init__(self, requests_per_minute: int = 0, tokens_per_minute: int = 0) -> None:
        """Begin with what the user allows; 0 for what the endpoint tells or shows."""
        self._requests = Lane(requests_per_minute, 1.0)
        self._tokens = Lane(tokens_per_minute, 1.0)
        self._learned = LearnedRate()
        self._pressed = False
        self._usual = 1.0
        self.bound = self._requests.bound or self._tokens.bound

    def hear(self, limits: RateLimits, now: float) -> None:
        """Take over what a reply tells."""
        grown = limits.requests is not None and self._requests.hear(limits.requests, now)
        grown |= limits.tokens is not None and self._tokens.hear(limits.tokens, now)
        if grown:
            # What was learned of the smaller grant would only hold up the larger one.
            self._learned, self._requests.learned = LearnedRate(), math.inf
        self.bound = self._requests.bound or self._tokens.bound

    def refused(self, begun: float, now: float, throughput: float) -> bool:
        """Slow down after a refusal; return False where it is no reason to.

        Args:
            begun: when the refused attempt began.
            now: the present.
            throughput: attempts a second of late, > 0.
        """
        self._learned.told = self._requests.told(now) or self._tokens.told(now)
        slower = self._learned.refused(begun, now, throughput)
        if slower:
            self._requests.empty()
        self.bound |= self._learned.rate < math.inf
        return slower

    def wait(self, now: float) -> float:
        """Return the seconds until an attempt may begin, 0 where it may."""
        if not self.bound:
            return 0.0
        self._requests.learned = self._learned.rate
        waits = (self._requests.wait(now, 1.0), self._tokens.wait(now, 0.0))
        if max(waits) <= _NEARLY:
            return 0.0
        self._pressed |= waits[0] > 0 and self._requests.rate(now) == self._requests.learned
        return max(waits)

    def take(self, worst: int, now: float) -> float:
        """Take an attempt that may use ``worst`` tokens; return the tokens taken for it."""
        self._learned.began(now, pressed=self._pressed)
        self._pressed = False
        taken = self._usual * worst
        self._requests.take(1.0)
        self._tokens.take(taken)
        return taken

    def settle(self, worst: int, taken: float, used: int) -> None:
        """Correct what was taken for an attempt by what it used."""
        self._tokens.take(used - taken)
        if worst and used:
            self._usual += MEMORY * (used / worst - self._usual)
