"""The grant of an endpoint that tells none, learned from its refusals."""

import math

CUT = 0.9
"""Of the estimated grant, after a refusal."""

FEW = 8
"""Fewer attempts between two refusals make no estimate."""

HARD_CUT = 0.7
"""Of the rate, after a refusal that follows the last one so closely."""

FORGETTING = 4
"""After so many of these in a row the last estimate is worth nothing, and the rate is a guess."""

LEAST_RATE = 0.1
"""A guess is never slower than an attempt in ten seconds."""

LEAST_SECONDS = 2.0
CYCLE_REQUESTS = 20.0
"""The rate is back at the estimate after so many seconds, or requests if that takes longer."""

GUESS_REQUESTS = 5.0
GUESS_SECONDS = 10.0
"""A guess is doubted sooner: after so many requests, and after so many seconds at the latest."""

GAP_SECONDS = 1.0
"""A longer time without an attempt is no time in which the grant was tried."""

SHORTEST_SECONDS = 0.1
"""An estimate takes its attempts to be those of at least so long a time."""


class LearnedRate:
    """Attempts a second that are just below what is refused.

    At a refusal the endpoint's allowance is used up; so from one refusal to the next it took just
    what it granted in that time. The rate starts below this estimate, rises to it, rests there and
    goes beyond it faster and faster, as the window of TCP CUBIC does (Ha 2008), so that a doubled
    grant is found soon and a steady one is seldom tried.
    """

    __slots__ = ("_attempts", "_busy", "_cut_at", "_estimate", "_guessed", "_hard_cuts", "_last")

    def __init__(self) -> None:
        self._estimate = math.inf
        self._guessed = True
        self._hard_cuts = 0
        self._attempts = 0
        self._busy = 0.0
        self._last = math.inf
        self._cut_at = -math.inf

    @property
    def rate(self) -> float:
        """Attempts a second, > 0; infinity before the first refusal."""
        if self._estimate == math.inf:
            return math.inf
        rest = max(LEAST_SECONDS, CYCLE_REQUESTS / self._estimate)
        if self._guessed:
            rest = min(max(LEAST_SECONDS, GUESS_REQUESTS / self._estimate), GUESS_SECONDS)
        x = self._busy / rest - 1
        growth = x**3 if x < 0 else x**3 + x**5  # faster than CUBIC once the estimate is passed
        return self._estimate * (1 + (1 - CUT) * growth)

    def began(self, now: float) -> None:
        """Count an attempt; before the first refusal nobody needs to."""
        self._attempts += 1
        passed = now - self._last
        if passed > 0:
            self._busy += min(passed, max(GAP_SECONDS, 2 / self._estimate))
        self._last = now

    def refused(self, begun: float, now: float, throughput: float) -> bool:
        """Slow down; return False where the refusal says nothing new.

        Args:
            begun: when the refused attempt began.
            now: the present.
            throughput: attempts a second of late, > 0: the first guess.
        """
        if begun < self._cut_at:
            self._attempts -= 1
            return False  # begun at the old rate
        taken = self._attempts - 1  # the refused one was not
        if self._estimate == math.inf:
            self._estimate = throughput
        elif taken >= FEW:
            self._guessed, self._hard_cuts = False, 0
            self._estimate = min(self.rate, taken / max(self._busy, SHORTEST_SECONDS))
        else:
            self._estimate = max(HARD_CUT * min(self.rate, self._estimate), LEAST_RATE)
            self._hard_cuts += 1
            self._guessed |= self._hard_cuts >= FORGETTING
        self._cut_at, self._attempts, self._busy = now, 0, 0.0
        return True
