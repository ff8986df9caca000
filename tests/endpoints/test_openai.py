import math
from typing import Any

import pytest

from fedbbpt.endpoints import Connector
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import ConfigError
from fedbbpt.secret import Secret

KEY = Secret("sk-canary-4711")


def test_the_profile_says_where_examples_go_without_the_key() -> None:
    connector: Connector = OpenAI("https://api.example/v1/", "m", KEY)

    profile = connector.profile()

    assert profile.destination == "https://api.example/v1"
    assert (profile.name, profile.model, profile.local) == ("openai m", "m", False)
    assert (profile.top_logprobs, profile.concurrency) == (20, 8)
    assert "canary" not in f"{profile}{connector}"


def test_the_identity_changes_with_what_alters_replies_and_with_nothing_else() -> None:
    base = OpenAI("https://a/v1", "m")
    identity = base.profile().identity

    assert OpenAI("https://b/v1", "m").profile().identity != identity
    assert OpenAI("https://a/v1", "n").profile().identity != identity
    assert OpenAI("https://a/v1", "m", headers={"X-V": "2"}).profile().identity != identity
    assert OpenAI("https://a/v1/", "m", KEY, 5, 1, 3.0).profile().identity == identity


@pytest.mark.parametrize("url", ["http://localhost:8000/v1", "http://127.9.9.9", "http://[::1]:80"])
def test_a_key_may_travel_over_plain_http_inside_this_machine(url: str) -> None:
    profile = OpenAI(url, "m", KEY).profile()

    assert profile.local


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/v1", "http://api.example/v1", "http://localhost.example", "http://0/"]
)
def test_a_key_never_travels_over_plain_http_to_another_machine(url: str) -> None:
    with pytest.raises(ConfigError, match="use https, or a loopback address") as caught:
        OpenAI(url, "m", KEY).profile()

    assert "canary" not in str(caught.value)
    assert not OpenAI(url, "m").profile().local


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "neither http nor https"),
        ("api.example/v1", "neither http nor https"),
        ("file:///etc", "neither http nor https"),
        ("https:///v1", "names no host"),
        ("https://user:canary@host/v1", "a user or password"),
        ("https://@host/v1", "a user or password"),
        ("https://host/v1?key=canary", "a query or a fragment"),
        ("https://host/v1#canary", "a query or a fragment"),
        ("https://host/v1/chat/completions/", "added by itself"),
        ("https://host/ v1", "a space"),
        ("https://hôst/v1", "a space or another character"),
        ("https://host:99999/v1", "cannot be read"),
        ("https://[::1/v1", "cannot be read"),
    ],
)
async def test_an_address_that_cannot_be_meant_is_refused(url: str, fault: str) -> None:
    connector = OpenAI(url, "m", KEY)

    with pytest.raises(ConfigError, match=fault) as caught:
        connector.profile()
    with pytest.raises(ConfigError, match=fault):
        async with connector.connect():
            pass

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"model": ""}, "model"),
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"top_logprobs": 201}, "top_logprobs"),
        ({"concurrency": 0}, "concurrency"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": math.inf}, "timeout_seconds"),
        ({"headers": {"Authorization": "Bearer canary"}}, "headers"),
        ({"headers": {"api-key": "canary"}}, "headers"),
        ({"headers": {"Host": "other"}}, "headers"),
        ({"headers": {"X-A": "canary\r\nHost: other"}}, "headers"),
        ({"headers": {"": "canary"}}, "headers"),
    ],
)
def test_a_setting_out_of_range_is_named(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: ") as caught:
        OpenAI(**{"url": "https://host/v1", "model": "m", **changes})

    assert "canary" not in str(caught.value)


def test_headers_may_be_a_table_or_pairs_and_are_a_copy() -> None:
    table = {"X-B": "2", "X-A": "1"}
    connector = OpenAI("https://host/v1", "m", headers=table)
    pairs = OpenAI("https://host/v1", "m", headers=(("X-A", "1"), ("X-B", "2")))

    table["X-C"] = "3"

    assert connector == pairs
    assert hash(connector) == hash(pairs)
