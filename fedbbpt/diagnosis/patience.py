"""How long a diagnosis waits for a server that is still loading its model."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

LOADING = 503
"""The status by which a server says that it is there and not yet ready."""

_FIRST, _LONGEST = 1.0, 5.0


def _silent(_line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how.

    Attributes:
        seconds: waited at most, >= 0.
        pause: waits so many seconds.
        tell: is told once, in a line, what is waited for.
    """

    seconds: float = 60.0
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    tell: Callable[[str], None] = _silent

    def pauses(self) -> Iterator[float]:
        """Yield pauses that grow, and together are ``seconds``.

        >>> list(Patience(10).pauses())
        [1.0, 2.0, 4.0, 3.0]
        """
        left, pause = self.seconds, _FIRST
        while left > 0:
            yield min(pause, left)
            left -= pause
            pause = min(2 * pause, _LONGEST)
