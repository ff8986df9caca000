from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import RateLimits, Window
from fedbbpt.endpoints.pacing.rate_limits import rate_limits, seconds_of

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def told(what: str, limit: object, remaining: object, reset: str) -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{what}": str(limit),
        f"x-ratelimit-remaining-{what}": str(remaining),
        f"x-ratelimit-reset-{what}": reset,
    }


def test_requests_and_tokens_of_an_openai_like_service_are_read() -> None:
    headers = told("requests", 600, 590, "1s") | told("tokens", 60000, 59000, "6m0s")

    assert rate_limits(headers) == RateLimits(
        Window(600, 590, 1.0, 60.0), Window(60000, 59000, 360.0, 60.0)
    )


def test_dates_of_an_anthropic_like_service_are_read() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "40",
        "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:12Z",
        "anthropic-ratelimit-tokens-limit": "40000",
        "anthropic-ratelimit-tokens-remaining": "40000",
        "anthropic-ratelimit-tokens-reset": "2026-03-01T11:59:59Z",
    }

    assert rate_limits(headers, now) == RateLimits(
        Window(50, 40, 12.0, 60.0), Window(40000, 40000, 0.0, 60.0)
    )


@pytest.mark.parametrize(
    ("headers", "window"),
    [
        (
            {
                "ratelimit-limit": "100, 100;w=10",
                "ratelimit-remaining": "7",
                "ratelimit-reset": "3",
            },
            Window(100, 7, 3.0, 10.0),
        ),
        (
            {"ratelimit-policy": '"default";q=100;w=60', "ratelimit": '"default";r=50;t=30'},
            Window(100, 50, 30.0, 60.0),
        ),
        (
            {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "9"},
            Window(20, 1, 9.0, None),
        ),
        (
            {"x-ratelimit-limit": "20", "x-ratelimit-reset": str(int(NOW.timestamp()) + 9)},
            Window(20, None, 9.0, None),
        ),
        (
            {"x-ratelimit-limit": "20", "x-ratelimit-reset": f"{int(NOW.timestamp() + 9)}000"},
            Window(20, None, 9.0, None),
        ),
    ],
)
def test_plain_headers_and_the_drafts_of_the_standard_are_read(
    headers: dict[str, str], window: Window
) -> None:
    assert rate_limits(headers, now) == RateLimits(requests=window)


def test_a_grant_that_comes_back_as_slowly_as_a_days_is_a_days() -> None:
    limits = rate_limits(told("requests", 14400, 14370, "2m59.56s"))

    assert limits is not None
    assert limits.requests is not None
    assert limits.requests.seconds == 86_400.0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": "3"},
        {"x-ratelimit-remaining-requests": "3"},
        told("requests", 0, 0, "1s"),
        told("requests", -1, 0, "1s"),
        told("requests", "nan", 0, "1s"),
        told("requests", "unlimited", 0, "1s"),
        {"ratelimit": '"default";r=50;t=30'},
    ],
)
def test_what_cannot_be_meant_counts_as_not_told(headers: dict[str, str]) -> None:
    assert rate_limits(headers) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("12.5µs", 12.5e-6),
        ("0", 0.0),
        ("1.5", 1.5),
        ("", None),
        ("s", None),
        ("5s later, s", None),
        ("-3", None),
        ("inf", None),
        ("2026-03-01T12:00:01.500Z", 1.5),
        ("2026-03-01T13:00:01+01:00", 1.0),
    ],
)
def test_a_reset_is_a_length_of_time_or_a_moment(text: str, seconds: float | None) -> None:
    assert seconds_of(text, now) == (None if seconds is None else pytest.approx(seconds))


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *told("requests", "", "", ""),
                *told("tokens", "", "", ""),
                "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-reset",
                "ratelimit",
                "ratelimit-limit",
                "ratelimit-policy",
                "x-ratelimit-limit",
                "x-ratelimit-reset",
            ]
        ),
        st.text(max_size=40) | st.from_regex(r"[0-9hms.;=,]{0,30}", fullmatch=True),
    )
)
def test_whatever_a_server_writes_is_read_as_sensible_figures_or_not_at_all(
    headers: dict[str, str],
) -> None:
    limits = rate_limits(headers, now) or RateLimits()

    for window in (limits.requests, limits.tokens):
        if window is not None:
            assert window.limit > 0
            assert window.remaining is None or window.remaining >= 0
            assert window.reset_seconds is None or window.reset_seconds >= 0
            assert window.seconds is None or window.seconds > 0
