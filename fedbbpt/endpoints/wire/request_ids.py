"""Names for attempts, by which a reply to another attempt is told where servers repeat them."""

import itertools
import uuid

REQUEST_ID = "X-Request-Id"
_OURS = "fedbbpt-"


class RequestIds:
    """Gives every attempt of one session a name that no other attempt anywhere has."""

    def __init__(self) -> None:
        self._session = f"{_OURS}{uuid.uuid4().hex}-"
        self._numbers = itertools.count(1)

    def fresh(self) -> str:
        """Return the next name; it says nothing of what is asked."""
        return f"{self._session}{next(self._numbers)}"


def is_anothers(sent: str, came: str | None) -> bool:
    """Tell whether a reply says that it answers another attempt than the one named ``sent``.

    Servers that give names of their own, or none, say nothing.

    >>> is_anothers("fedbbpt-a-2", "fedbbpt-a-1"), is_anothers("fedbbpt-a-2", "req_7")
    (True, False)
    """
    return came is not None and came != sent and came.startswith(_OURS)
