"""What an endpoint grants and what is left of it, from the headers of its replies."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from fedbbpt.completions import RateLimits, Window

MINUTE = 60.0
LONGER = (3600.0, 86_400.0)
"""Periods that some services mean by the headers that name a minute elsewhere."""

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNITS["d"] = 86_400.0
_LAST_OF_UNITS = frozenset("smhd")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")
_PARAMETER = re.compile(r"\b([a-z]+)=(\d{1,15})")
_LONGEST_TEXT = 100


class _Names(NamedTuple):
    """Headers that tell one grant."""

    limit: str
    remaining: str
    reset: str


def _x(after: str = "") -> _Names:
    start = "x-ratelimit-"
    return _Names(f"{start}limit{after}", f"{start}remaining{after}", f"{start}reset{after}")


def _anthropic(what: str) -> _Names:
    start = f"anthropic-ratelimit-{what}-"
    return _Names(f"{start}limit", f"{start}remaining", f"{start}reset")


_REQUESTS = (_x("-requests"), _anthropic("requests"))
_TOKENS = (_x("-tokens"), _anthropic("tokens"), _x("-tokens-minute"))
_PLAIN = (_x(), _Names("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"))


def utc_now() -> datetime:
    """Return the present with its time zone."""
    return datetime.now(UTC)


def rate_limits(
    headers: Mapping[str, str], now: Callable[[], datetime] = utc_now
) -> RateLimits | None:
    """Return what the headers of a reply tell of the grants, or None where they tell nothing.

    Values that cannot be meant, such as a limit of 0, count as not told.

    Args:
        headers: of the reply, with lower-case names or a mapping that ignores case.
        now: returns the present with its time zone; asked only where a header names a moment.

    >>> rate_limits({"x-ratelimit-limit-tokens": "600", "x-ratelimit-reset-tokens": "20ms"}).tokens
    Window(limit=600.0, remaining=None, reset_seconds=0.02, seconds=60.0)
    """
    requests = _minute(headers, _REQUESTS, now)
    tokens = _minute(headers, _TOKENS, now)
    if requests is None and tokens is None:
        requests = _plain(headers, now)
        if requests is None:
            return None
    return RateLimits(requests, tokens)


def seconds_of(text: str, now: Callable[[], datetime] = utc_now) -> float | None:
    """Return the seconds that a reset means, or None.

    It is a length of time ("6m0s", "20ms", "30"), a moment in seconds or milliseconds since 1970,
    or a date.

    >>> seconds_of("6m0.5s"), seconds_of("30"), seconds_of("soon")
    (360.5, 30.0, None)
    """
    if text.endswith("ms") and text[:-2].isdecimal():  # so say most replies of most services
        return int(text[:-2]) / 1000
    text = text.strip()[:_LONGEST_TEXT]
    if not text:
        return None
    if text[-1] in _LAST_OF_UNITS:
        parts = _PART.findall(text)
        whole = "".join(value + unit for value, unit in parts) == text
        return math.fsum(float(value) * _UNITS[unit] for value, unit in parts) if whole else None
    number = _number(text)
    if number is None:
        return _until(text, now)
    if number < 1e9:
        return number
    moment = number / 1000 if number >= 1e12 else number
    return max(0.0, moment - now().timestamp())


def _minute(
    headers: Mapping[str, str], known: tuple[_Names, ...], now: Callable[[], datetime]
) -> Window | None:
    for names in known:
        if (text := headers.get(names.limit)) is not None:
            limit, remaining = _number(text), _number(headers.get(names.remaining, ""))
            reset = seconds_of(headers.get(names.reset, ""), now)
            if not limit:
                return None
            return Window(limit, remaining, reset, _period(limit, remaining, reset))
    return None


def _period(limit: float, remaining: float | None, reset: float | None) -> float:
    """Return a minute, unless what is used comes back as slowly as with an hour's or day's grant.

    Groq for one names its daily grant of requests where others name that of a minute.
    """
    if remaining is not None and reset and limit - remaining >= 1:
        period = limit * reset / (limit - remaining)
        for longer in LONGER:
            if abs(period / longer - 1) < 0.1:
                return longer
    return MINUTE


def _plain(headers: Mapping[str, str], now: Callable[[], datetime]) -> Window | None:
    """Read the drafts of the standard, old and new, and their forerunners with an x."""
    for names in _PLAIN:
        if (text := headers.get(names.limit)) is not None:
            first, _, _ = text.partition(",")
            limit = _number(first.partition(";")[0])
            policy = _parameters(f"{text};{headers.get('ratelimit-policy', '')}")
            remaining = _number(headers.get(names.remaining, ""))
            reset = seconds_of(headers.get(names.reset, ""), now)
            return Window(limit, remaining, reset, policy.get("w") or None) if limit else None
    if (text := headers.get("ratelimit")) is not None:
        left = _parameters(text.partition(",")[0])
        policy = _parameters(headers.get("ratelimit-policy", "").partition(",")[0])
        limit, period = policy.get("q"), policy.get("w") or None
        return Window(limit, left.get("r"), left.get("t"), period) if limit else None
    return None


def _parameters(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in _PARAMETER.findall(text)}


def _number(text: str) -> float | None:
    if text.isdecimal() and len(text) < 16:
        return float(text)
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(text: str, now: Callable[[], datetime]) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())
