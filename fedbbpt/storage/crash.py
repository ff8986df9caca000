"""Numbered moments at which a test may kill the process, so that every crash can be enumerated."""

import logging
import os
import signal
from dataclasses import dataclass

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Countdown:
    """Moments left before the kill; None means that the hook does nothing."""

    left: int | None = None


# The one piece of module state in the package. A crash point stands in front of every write, fsync,
# rename and send, in functions that share nothing else; handing a counter through all of them would
# put a test's tool into every signature.
_COUNTDOWN = _Countdown()


def arm(at: int | None) -> None:
    """Kill this process at the ``at``-th crash point from now on, or never for None.

    Called once at the start by whoever reads the environment (``FEDBBPT_CRASH_AT``).

    Raises:
        ValueError: ``at`` is below 1.
    """
    if at is not None and at < 1:
        raise ValueError(f"FEDBBPT_CRASH_AT: {at} names no crash point; the first one is 1")
    _COUNTDOWN.left = at


def crash_point(name: str) -> None:
    """Mark the moment just before something that another process could see.

    Args:
        name: what is about to happen, for example ``"calls.log: write"``.
    """
    if _COUNTDOWN.left is None:
        return
    _COUNTDOWN.left -= 1
    if _COUNTDOWN.left == 0:
        _LOG.critical("crash point reached before %s", name)
        os.kill(os.getpid(), signal.SIGKILL)
