"""A circuit breaker: while an endpoint fails everything, one attempt at a time finds out."""

import math

FAILURES = 8
"""So many failures in a row, of whatever requests, are an outage."""

FIRST_PROBE_SECONDS = 0.5
LONGEST_PROBE_SECONDS = 15.0
"""Between two probes; each pause is twice the one before."""


class Breaker:
    """Closed while the endpoint answers; open in an outage, when only probes go through.

    Attributes:
        failures: in a row, so far.
        open: whether this is an outage.
        probing: whether a probe is under way.
        reason: of the last failure.
    """

    __slots__ = ("_after", "_pause", "_probe_at", "_since", "failures", "open", "probing", "reason")

    def __init__(self, after: int = FAILURES) -> None:
        """Begin closed.

        Args:
            after: failures in a row that open it; 0 for a breaker that never opens.
        """
        self.open = False
        self.probing = False
        self.reason = ""
        self._after = after
        self.failures = 0
        self._since = math.inf
        self._pause = FIRST_PROBE_SECONDS
        self._probe_at = math.inf

    def succeeded(self) -> None:
        """Close: the endpoint answers."""
        self.failures = 0
        if self.open:
            self.open = self.probing = False
            self._pause = FIRST_PROBE_SECONDS

    def failed(self, reason: str, now: float, *, probe: bool) -> None:
        """Count a failure in a row.

        Args:
            reason: short.
            now: the present.
            probe: whether the attempt was the probe.
        """
        self.reason = reason
        self.failures += 1
        if self.failures == 1:
            self._since = now
        if probe:
            self._pause = min(2 * self._pause, LONGEST_PROBE_SECONDS)
            self.probing, self._probe_at = False, now + self._pause
        elif not self.open and self.failures == self._after:
            self.open, self._probe_at = True, now + self._pause

    def wait(self, now: float) -> float:
        """Return the seconds until a probe may begin, 0 where one may; only while open."""
        return max(0.0, self._probe_at - now)

    def lasted(self, now: float) -> float:
        """Return the seconds since the first of the failures in a row."""
        return now - self._since

    def probe(self) -> None:
        """Note that a probe begins."""
        self.probing = True

    def abandon(self) -> None:
        """Note that the probe ended without telling anything; another may begin at once."""
        self.probing = False
