"""How long an endpoint asks to wait, from the headers of its refusal."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_WAIT = 86_400.0
"""Seconds; a longer wish is cut to one day."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds to wait, in [0, ``MAX_WAIT``], or None where nothing readable is said.

    ``retry-after-ms`` wins over ``retry-after``, which holds seconds or an HTTP date.

    Args:
        headers: of the reply, with lower-case names or a mapping that ignores case.
        now: the present, with its time zone.

    >>> retry_after({"retry-after": "2.5"}, datetime.now(UTC))
    2.5
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    wish = headers.get("retry-after", "")
    seconds = _number(wish)
    if seconds is None:
        seconds = _seconds_until(wish, now)
    return None if seconds is None else _bounded(seconds)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_WAIT)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a second like 3000000000
        return None
    if moment.tzinfo is None:
        # An HTTP date is in GMT even where it says "-0000", which gives no zone.
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
