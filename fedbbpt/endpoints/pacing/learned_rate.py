"""The grant of an endpoint that tells none, learned from its refusals."""

import math

from fedbbpt.endpoints.pacing.chance_refusals import CUT as SLOWER
from fedbbpt.endpoints.pacing.chance_refusals import ChanceRefusals

CUT = 0.2
"""Of the rate, after a refusal."""

EVEN_RATE = 9.0
LEAST_CUT = 0.35
"""At lower rates than this it is less, in proportion, to so many times less."""

HARD_CUT = 0.25
"""Of the rate, after a refusal where more than ``OFTEN`` of the last attempts were refused."""

FIRST_GUESS = 0.5
FIRST_LEAST = 4.0
"""Of the throughput at the first refusal, which a start that doubles has passed by then; and in a
second at least, since a throughput of so few says little."""

OFTEN = 0.45
MEMORY = 0.1
"""Weight of the last attempt in the share that is refused of late."""

EXPECTED_SECONDS = 3.0
EXPECTED_RATE = 12.5
"""At this rate a refusal is expected after so many seconds, at others by the square root."""

EXPECTED_ATTEMPTS = 26.0
"""A refusal is never expected sooner than after so many attempts: fewer would be too many."""

TOLD_ATTEMPTS = 150.0
"""It is expected as late as this where the endpoint tells what remains."""

FEW = 8
SHORTEST_SECONDS = 0.1
"""Fewer attempts, or a shorter time, say nothing of the rate that was tried."""

LONGEST_SECONDS = 10.0
"""Nor later than after so many seconds."""

QUIET = 1.3
"""After so many times what is expected without a refusal, growth is faster and faster."""

NEARLY_ALL = 0.85
"""Where more of the last attempts were refused, the rate after the cut is a guess."""

LEAST_RATE = 0.1
DEEPEST = 128.0
"""The rate is never less than an attempt in ten seconds, nor so many times less than it was of
late: at such a rate it can soon be told whether refusals depend on it."""

GUESS_ATTEMPTS = 5.0
GUESS_SECONDS = 10.0
LEAST_SECONDS = 2.0
"""A guess is doubted sooner: after so many attempts, and after so many seconds at the latest."""

GAP_SECONDS = 1.0
"""A longer time without an attempt is no time in which the rate was tried."""


class LearnedRate:
    """Attempts a second that are just below what is refused.

    All who share a key meet the same share of refusals. Each cuts its rate in proportion, as often
    as it is refused, so that who has more gives up more. What each adds in a second is as the
    square root of its rate, and so nearly the same for all. This moves the rates towards each
    other wherever they begin (Chiu and Jain 1989). A rate so low that the refusals would be more
    than one in 26 attempts grows by attempts, not by time.

    Where a grant grew, no refusal comes when it is expected; growth is then faster and faster.
    """

    __slots__ = (
        "_attempts",
        "_chance",
        "_cut_at",
        "_guessed",
        "_last",
        "_quiet",
        "_rate",
        "_share",
        "told",
    )

    def __init__(self) -> None:
        self.told = False
        self._chance = ChanceRefusals()
        self._rate = math.inf
        self._attempts = 0
        self._share = 0.0
        self._guessed = False
        self._quiet = 0.0
        self._last = math.inf
        self._cut_at = -math.inf

    @property
    def rate(self) -> float:
        """Attempts a second, > 0; infinity before the first refusal."""
        return self._rate / SLOWER if self._chance.trying else self._rate

    def began(self, now: float, *, pressed: bool) -> None:
        """Count an attempt; before the first refusal nobody needs to.

        Args:
            now: the present.
            pressed: whether this rate held attempts up since the last one: else it was not tried.
        """
        self._share *= 1 - MEMORY
        self._attempts += 1
        if self._rate < math.inf:
            if pressed and not self._chance.trying:
                self._grow(min(now - self._last, max(GAP_SECONDS, 2 / self._rate)))
            self._chance.began(self._rate, now)
        self._last = now

    def refused(self, begun: float, now: float, throughput: float) -> bool:
        """Slow down; return False where the refusal is no reason to.

        Args:
            begun: when the refused attempt began.
            now: the present.
            throughput: attempts a second of late, > 0: the first guess.
        """
        self._share += MEMORY
        if self._rate == math.inf:
            self._rate, self._last = max(FIRST_GUESS * throughput, FIRST_LEAST), now
            self._chance.paced(self._rate, begun)
        elif self.told and self._attempts >= FEW and begun >= self._cut_at:
            # What is told held attempts up, not this rate: it begins at what was really tried.
            self._rate = min(self._rate, self._attempts / max(now - self._cut_at, SHORTEST_SECONDS))
        if not self._chance.refused(begun) or begun < self._cut_at:
            return False  # chance, or begun at the old rate
        hard = self._share > OFTEN
        self._guessed = self._share > NEARLY_ALL
        least = max(LEAST_RATE, self._chance.fastest / DEEPEST)
        cut = max(self._rate * (1 - (HARD_CUT if hard else self._cut())), least)
        before, self._rate = self._rate, self._chance.judged(now, cut)
        self._guessed |= self._rate > before  # it was no grant that refused
        self._quiet, self._cut_at, self._attempts = 0.0, now, 0
        self._chance.paced(self._rate, now)
        return self._rate < before

    def _grow(self, seconds: float) -> None:
        """Grow for some seconds in which nothing was refused."""
        rate, expected, quiet = self._rate, self._expected(), QUIET
        if self._guessed:
            expected, quiet = min(max(LEAST_SECONDS, GUESS_ATTEMPTS / rate), GUESS_SECONDS), 1.0
        self._quiet += seconds
        late = max(1.0, self._quiet / (quiet * expected))
        self._rate = rate * (1 + min(self._cut() * late**2 * seconds / expected, 1.0))

    def _cut(self) -> float:
        """Return the share of the rate that a refusal costs: less where nothing evens rates out."""
        return CUT * min(max(self._rate / EVEN_RATE, LEAST_CUT), 1.0)

    def _expected(self) -> float:
        """Return the seconds until a refusal is expected."""
        rate = self._rate
        if self.told:
            return TOLD_ATTEMPTS / rate
        seconds = EXPECTED_SECONDS * math.sqrt(rate / EXPECTED_RATE)
        return max(min(seconds, LONGEST_SECONDS), EXPECTED_ATTEMPTS / rate)
