"""How many attempts are worth having under way at once, found by trying."""

import math

START = 4
"""Attempts at once before anything is known."""

CUT = 0.8
COOLDOWN_SECONDS = 15.0
"""After a cut, refusals cut again only after so long, or after the pause that was asked for."""

BUSY = 0.8
"""A round counts only if so much of the limit was under way on average."""

ADDED = 0.05
"""Of the limit, at least 1: what a clean round adds after the first cut."""

GAIN = 0.05
"""Each doubling must bring at least so much more throughput."""

FAR = 1.5
"""The throughput is compared with that at a limit so many times smaller."""

FLAT_ROUNDS = 2
"""So many rounds in a row without a gain end the growth."""

REST_ROUNDS = 16
"""Rounds until growth is tried again."""

FIRST_SECONDS = 0.1
"""The throughput is that of at least so long a time."""

LEAST_ROUND = 8
"""A round of fewer completions says too little of the throughput."""


class ConcurrencyLimit:
    """A limit that grows while it brings something and shrinks when the endpoint refuses.

    It starts small and doubles with each round that was busy and clean; after the first cut it
    grows by additions. Growth that brings no more throughput is taken back: the endpoint works on
    no more at once, and more would only wait there. Refusals for the rate cut it, errors of the
    server never do.

    Attributes:
        limit: attempts at once, in [1, ceiling].
        flying: attempts under way.
    """

    __slots__ = (
        "_area",
        "_begun",
        "_calm_at",
        "_ceiling",
        "_clean",
        "_done",
        "_exact",
        "_flat",
        "_held_up",
        "_last",
        "_reference",
        "_rest",
        "_slow_start",
        "flying",
        "limit",
    )

    def __init__(self, ceiling: int, start: int = START) -> None:
        """Begin.

        Args:
            ceiling: never more than this, >= 1.
            start: to begin with; the ceiling if that is less.

        Raises:
            ValueError: ``ceiling`` is below 1.
        """
        if ceiling < 1:
            raise ValueError(f"concurrency: {ceiling} lets nothing through; give 1 or more")
        self.limit = min(ceiling, start)
        self.flying = 0
        self._ceiling = ceiling
        self._exact = float(self.limit)
        self._slow_start = True
        self._calm_at = -math.inf
        self._reference = (self._exact, 0.0)
        self._flat = 0
        self._rest = 0
        self._clean = True
        self._held_up = False
        self._done = 0
        self._area = 0.0
        self._begun = math.inf
        self._last = 0.0

    def began(self, now: float) -> None:
        """Count an attempt that begins."""
        if self._begun == math.inf:
            self._begun = self._last = now
        self._area += self.flying * (now - self._last)
        self._last = now
        self.flying += 1

    def ended(self, now: float) -> None:
        """Count an attempt that ended, however it did."""
        self._area += self.flying * (now - self._last)
        self._last = now
        self.flying -= 1

    def succeeded(self, now: float) -> None:
        """Count a completion; the last one of a round may raise the limit."""
        self._done += 1
        if self._done >= self.limit and self._done >= LEAST_ROUND:
            self._judge(now - self._begun)
            self._clean, self._held_up = True, False
            self._done, self._area, self._begun = 0, 0.0, now

    def throughput(self, now: float) -> float:
        """Return attempts a second of the round so far, those under way included."""
        return (self._done + self.flying) / max(now - self._begun, FIRST_SECONDS)

    def held_up(self) -> None:
        """Note that the pace held an attempt up: this round's throughput is not the limit's."""
        self._held_up = True

    def refused(self, now: float, pause: float | None) -> None:
        """Cut the limit, once an episode, but never below what else is under way: that was taken.

        Args:
            now: the present.
            pause: seconds that the endpoint asks to wait, or None.
        """
        self._slow_start = False
        if self._held_up:
            return
        self._clean = False
        if now < self._calm_at:
            return
        self._calm_at = now + (COOLDOWN_SECONDS if pause is None else pause)
        self._set(max(1.0, self._exact * CUT, self.flying - 1.0))
        self._reference, self._flat, self._rest = (self._exact, 0.0), 0, 0

    def _judge(self, seconds: float) -> None:
        busy = self._area >= BUSY * self.limit * seconds
        if not (self._clean and busy):
            return
        if self._rest:
            self._rest -= 1
            return
        if not self._held_up:
            self._compare(self._done / max(seconds, 1e-9))
        if self._flat == FLAT_ROUNDS:
            self._set(self._reference[0])
            self._flat, self._rest = 0, REST_ROUNDS
            self._slow_start = False
        else:
            more = self._exact if self._slow_start else max(1.0, ADDED * self._exact)
            self._set(self._exact + more)

    def _compare(self, throughput: float) -> None:
        limit, best = self._reference
        if not best:
            self._reference = (self._exact, throughput)
        elif self._exact >= FAR * limit:
            # Only after a long way: over a short one the throughput changes less than by chance.
            if throughput >= best * (1 + GAIN * math.log2(self._exact / limit)):
                self._reference, self._flat = (self._exact, throughput), 0
            else:
                self._flat += 1

    def _set(self, exact: float) -> None:
        self._exact = min(exact, float(self._ceiling))
        self.limit = int(self._exact)
