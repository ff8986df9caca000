"""An app's own client, wrapped, asks with the tuned prompt; the app changes one line."""

import copy
import json
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from app_side import MODEL, asked_of, reply_body
from tiny_run import LABELS

import fedbbpt
from fedbbpt import TunedPrompt
from fedbbpt.calibration import Calibration
from fedbbpt.chat_form import ChatForm
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.prompts import Message, Prompt
from fedbbpt.wrapping import Wrapped

PROMPT = Prompt((Message("system", "Sort."), Message("user", "Message: {input}\nKind:")), LABELS)
TUNED = TunedPrompt(PROMPT, LABELS, "m", 20, 1, Calibration(LABELS, (0.5, -0.5)))
ASKED = [{"role": "system", "content": "The app's own."}, {"role": "user", "content": "it broke"}]


@dataclass(frozen=True)
class Reply:
    """Stands for the library's ``ChatCompletion``."""

    body: dict[str, object]

    def model_dump(self) -> dict[str, object]:
        return self.body


class NotGiven:
    """Stands for the library's mark of an argument that was left out."""

    def __bool__(self) -> bool:
        return False


@dataclass
class Completions:
    """Stands for ``client.chat.completions``; keeps the body of every request."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    kind: str = "completions"

    def create(self, *args: object, **request: object) -> Any:  # noqa: ANN401 - as in the library
        self.sent.append(dict(request))
        return Reply(reply_body(MODEL.reply(asked_of(request))))


class AsyncCompletions(Completions):
    """The same, asynchronous."""

    async def create(self, *args: object, **request: object) -> Any:  # noqa: ANN401 - as above
        return super().create(**request)


@dataclass
class Chat:
    """Stands for ``client.chat``."""

    completions: Completions
    kind: str = "chat"


@dataclass
class Client:
    """Stands for the library's client."""

    chat: Chat = field(default_factory=lambda: Chat(Completions()))
    base_url: str = "http://127.0.0.1:9/v1"

    def close(self) -> str:
        return "closed"


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_body_given_to_the_client_is_byte_for_byte_the_tuned_request(client: Client) -> None:
    wrapped = fedbbpt.wrap(client, TUNED)

    wrapped.chat.completions.create(model="m", messages=ASKED)

    (sent,) = client.chat.completions.sent
    assert orjson.dumps(sent) == orjson.dumps(TUNED.request("it broke"))
    assert "app's own" not in json.dumps(sent)


def test_fields_that_the_library_does_not_know_go_where_it_takes_them(client: Client) -> None:
    wrapped = fedbbpt.wrap(client, replace(TUNED, form=ChatForm(extra_body={"think": False})))

    wrapped.chat.completions.create(messages=ASKED)

    (sent,) = client.chat.completions.sent
    assert (sent["extra_body"], "think" in sent) == ({"think": False}, False)


def test_the_reply_is_the_librarys_own_and_is_read_with_the_calibration(client: Client) -> None:
    wrapped = fedbbpt.wrap(client, TUNED)

    reply = wrapped.chat.completions.create(model="m", messages=ASKED)

    assert isinstance(reply, Reply)
    assert wrapped.read(reply) == TUNED.read(reply.body)
    assert wrapped.read(reply).label in LABELS


async def test_an_asynchronous_client_is_awaited_as_before() -> None:
    client = Client(Chat(AsyncCompletions()))
    wrapped = fedbbpt.wrap(client, TUNED)

    coming = wrapped.chat.completions.create(messages=ASKED)
    assert isinstance(coming, Awaitable)
    reply = await coming

    assert client.chat.completions.sent == [TUNED.request("it broke")]
    assert wrapped.read(reply) == TUNED.read(reply)


async def test_a_reply_that_was_not_awaited_says_so() -> None:
    wrapped = fedbbpt.wrap(Client(Chat(AsyncCompletions())), TUNED)
    coming = wrapped.chat.completions.create(messages=ASKED)

    with pytest.raises(ConfigError, match="reply: it is still to come; await it"):
        wrapped.read(coming)

    await coming


def test_the_apps_examples_are_replaced_too(client: Client) -> None:
    shots = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "praise"}]

    fedbbpt.wrap(client, TUNED).chat.completions.create(messages=[*shots, *ASKED])

    assert client.chat.completions.sent == [TUNED.request("it broke")]


def test_an_input_in_parts_is_their_text(client: Client) -> None:
    parts = [{"type": "text", "text": "it "}, {"type": "text", "text": "broke"}]

    fedbbpt.wrap(client, TUNED).chat.completions.create(
        messages=({"role": "user", "content": parts},)
    )

    assert client.chat.completions.sent == [TUNED.request("it broke")]


def test_settings_of_the_reply_are_the_tuned_ones(client: Client) -> None:
    own = {"temperature": 0.9, "max_tokens": 500, "top_p": 0.5, "stop": ["x"], "logprobs": False}

    fedbbpt.wrap(client, TUNED).chat.completions.create(messages=ASKED, **own)

    assert client.chat.completions.sent == [TUNED.request("it broke")]


def test_what_accompanies_a_request_is_passed_on(client: Client) -> None:
    beside = {"timeout": None, "extra_headers": {"X-Team": "lifts"}, "store": False}

    fedbbpt.wrap(client, TUNED).chat.completions.create(messages=ASKED, **beside)

    assert client.chat.completions.sent == [{**TUNED.request("it broke"), **beside}]


def test_arguments_left_out_count_for_nothing(client: Client) -> None:
    empty: dict[str, object] = {
        "stream": False,
        "tools": None,
        "response_format": NotGiven(),
        "tool_choice": [],
    }

    fedbbpt.wrap(client, TUNED).chat.completions.create(messages=ASKED, **empty)

    assert client.chat.completions.sent == [TUNED.request("it broke")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stream": True}, "stream: not part of the tuned request"),
        ({"tools": [{}], "n": 2}, "n, tools: not part of the tuned request"),
        ({"extra_body": {"a": 1}}, "extra_body: not part of"),
        ({"model": "other"}, "model: the app asks for 'other', the prompt was scored with 'm'"),
        ({"messages": []}, "messages: expected a list"),
        ({"messages": "text"}, "messages: expected a list"),
        ({"messages": ASKED[:1]}, "messages: the last one must be the user's"),
        ({"messages": ["text"]}, "messages: the last one must be the user's"),
        ({"messages": [{"role": "user"}]}, "messages: the last one holds more than text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages: the last one holds more than text",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": None}]}]},
            "messages: the last one holds more than text",
        ),
    ],
)
def test_what_would_not_be_the_tuned_request_is_refused_and_not_sent(
    client: Client, options: dict[str, Any], said: str
) -> None:
    wrapped = fedbbpt.wrap(client, TUNED)

    with pytest.raises(ConfigError, match=said):
        wrapped.chat.completions.create(**{"messages": ASKED, **options})

    assert client.chat.completions.sent == []


def test_a_reply_of_another_kind_is_refused(client: Client) -> None:
    with pytest.raises(DataError, match="the reply is no chat completion"):
        fedbbpt.wrap(client, TUNED).read({})


def test_everything_else_is_the_clients_own(client: Client) -> None:
    wrapped = fedbbpt.wrap(client, TUNED)

    assert wrapped.base_url == client.base_url
    assert wrapped.close() == "closed"
    assert wrapped.chat.kind == "chat"
    assert wrapped.chat.completions.kind == "completions"
    for place in (wrapped, wrapped.chat, wrapped.chat.completions):
        with pytest.raises(AttributeError, match="nowhere"):
            _ = place.nowhere


def test_a_wrapped_client_can_be_copied(client: Client) -> None:
    wrapped = fedbbpt.wrap(client, TUNED)

    again = copy.copy(wrapped)

    assert isinstance(again, Wrapped)
    assert again.base_url == client.base_url


def test_one_client_carries_several_prompts(client: Client) -> None:
    other = TunedPrompt(Prompt((Message("user", "{input}?"),)), (), "m", 0, 9)

    for tuned in (TUNED, other):
        fedbbpt.wrap(client, tuned).chat.completions.create(messages=ASKED)

    assert client.chat.completions.sent == [t.request("it broke") for t in (TUNED, other)]
