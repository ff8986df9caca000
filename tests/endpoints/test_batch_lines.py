import orjson
import pytest

from fedbbpt.chat_form import PLAIN
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.config.endpoints import connector
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.lines import line_key, reply_in, request_line
from fedbbpt.endpoints.batches.status import status_of
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.wire.replies import FILTERED, Correspondent
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

ASKED = Request((Message("user", "Grüße?"),), max_tokens=3)
READER = Correspondent("http://127.0.0.1/v1", "m", None, 0)
GOOD = {
    "choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 1},
}


def said(status: int, body: object) -> dict[str, object]:
    return {"response": {"status_code": status, "body": body}, "error": None}


def failure(item: dict[str, object]) -> tuple[str, bool]:
    reply = reply_in(item, ASKED, READER)
    assert isinstance(reply, AttemptError)
    return reply.reason, reply.billed


def test_a_line_holds_the_body_that_goes_online() -> None:
    line = orjson.loads(request_line("k" * 64, ASKED, "m", PLAIN).data)

    assert line["custom_id"] == "k" * 64
    assert line["method"] == "POST"
    assert line["url"] == "/v1/chat/completions"
    assert line["body"] == chat_body(ASKED, "m")


def test_a_reply_is_read_as_online() -> None:
    reply = reply_in(said(200, GOOD), ASKED, READER)

    assert isinstance(reply, Completion)
    assert (reply.text, reply.usage.prompt_tokens) == ("yes", 7)


def test_a_filter_is_an_answer_and_a_refusal_for_good_an_error() -> None:
    filtered = said(400, {"error": {"code": "content_filter"}})
    refused = said(401, {"error": {"message": "no"}})

    assert reply_in(filtered, ASKED, READER) == FILTERED
    assert isinstance(reply_in(refused, ASKED, READER), EndpointError)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (said(500, {"error": {"message": "busy"}}), ("status 500", True)),
        (said(503, {}), ("status 503", False)),
        (said(200, {"choices": []}), ("empty choices", True)),
        (said(200, None), ("unreadable body", True)),
        ({"response": None, "error": {"code": "batch_expired"}}, ("batch expired", False)),
        ({"response": None, "error": {"code": "odd"}}, ("odd", True)),
        ({"response": None, "error": {"code": "\x1b[31m"}}, ("no reply in the batch", True)),
        ({"response": "yes"}, ("no reply in the batch", True)),
        ({}, ("no reply in the batch", True)),
    ],
)
def test_what_is_no_reply_is_a_failed_attempt(
    item: dict[str, object], expected: tuple[str, bool]
) -> None:
    assert failure(item) == expected


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"null", b'{"custom_id": 7}', b'{"custom_id": NaN}', b"\xff"]
)
def test_a_line_that_names_no_request_says_nothing(line: bytes) -> None:
    assert line_key(line) is None


def test_the_state_of_a_batch_shows_neither_key_nor_control_characters() -> None:
    errors = {"data": [{"code": "bad", "message": "no \x1b[31m sk-canary-4713"}]}

    status = status_of({"status": "failed", "errors": errors}, Secret("sk-canary-4713"))

    assert "canary" not in status.complaint
    assert "\x1b" not in status.complaint
    assert status.is_over


@pytest.mark.parametrize("reply", [{}, {"status": 7}, {"status": None}])
def test_what_is_no_batch_may_be_one_at_the_next_look(reply: dict[str, object]) -> None:
    with pytest.raises(AttemptError):
        status_of(reply, None)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("transport", "pigeon", 'or "batch" for files'),
        ("poll_seconds", 0.0, "not above 0"),
        ("poll_seconds", float("nan"), "not above 0"),
        ("file_requests", 0, "give at least 1"),
        ("file_bytes", 0, "too few"),
        ("completion_window", "", 'write "24h"'),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(name: str, value: object, told: str) -> None:
    table = {"use": "openai", "url": "http://127.0.0.1:9/v1", "model": "m", name: value}

    with pytest.raises(ConfigError) as caught:
        connector(table, "endpoint", {})

    assert str(caught.value).startswith(f"[endpoint] {name}: ")
    assert told in str(caught.value)


def test_how_requests_travel_is_no_part_of_the_identity() -> None:
    online, batch = (
        OpenAI("http://127.0.0.1:9/v1", "m", transport=way).profile() for way in ("online", "batch")
    )

    assert online.identity == batch.identity
    assert (online.transport, batch.transport) == ("online", "batch")
