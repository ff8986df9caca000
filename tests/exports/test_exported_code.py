"""Exported code, run with imitated libraries, asks and reads as the tuned prompt does."""

import string
from types import SimpleNamespace
from typing import Any, cast

import pytest
from app_side import MODEL, asked_of, reply_body
from exported import (
    FREE,
    GENERATED,
    HOSTILE,
    OWNERS,
    RAW,
    hostile_prompt,
    imitation,
    run_code,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt import TunedPrompt
from fedbbpt.completions import Completion, TokenLogprob
from fedbbpt.exports import langchain, python
from fedbbpt.prompts import message_payload

TOKENS = ["comp", " praise", "Pr", "▁Complaint", "praise.", "p", "The", "", "c", "-1", "COMPLAIN"]


class Client:
    """Stands for the openai package's client; keeps what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    def _create(self, **body: object) -> object:
        self.bodies.append(body)
        return as_object(reply_body(MODEL.reply(asked_of(body))))


def as_object(value: object) -> Any:  # noqa: ANN401 - as free as the package's own
    """Return JSON values as the package's objects: fields instead of keys."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: as_object(inner) for name, inner in value.items()})
    return [as_object(inner) for inner in value] if isinstance(value, list) else value


def python_names(tuned: TunedPrompt) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        return run_code(python.export(tuned, None), patch, {"openai": imitation("openai")})


@pytest.mark.parametrize("tuned", [RAW, OWNERS, GENERATED, FREE, *map(hostile_prompt, HOSTILE)])
def test_python_code_sends_the_tuned_request(tuned: TunedPrompt) -> None:
    client = Client()

    python_names(tuned)["ask"](client, "the lift {input} is late")

    assert client.bodies == [tuned.request("the lift {input} is late")]


@pytest.mark.parametrize("tuned", [RAW, OWNERS])
@pytest.mark.parametrize("said", ["broken again", "thanks", "nothing", "kind but late"])
def test_python_code_reads_the_tuned_label(tuned: TunedPrompt, said: str) -> None:
    names, client = python_names(tuned), Client()

    label = names["read"](names["ask"](client, said))

    body = reply_body(MODEL.reply(asked_of(tuned.request(said))))
    assert label == tuned.read(body).label


@settings(max_examples=200)
@given(
    st.lists(
        st.builds(
            TokenLogprob,
            st.sampled_from(TOKENS) | st.text(max_size=6),
            st.floats(-200, 0).map(lambda value: round(value, 1)),
        ),
        max_size=8,
    )
)
def test_python_code_and_package_read_any_reply_alike(first: list[TokenLogprob]) -> None:
    body = reply_body(Completion("x", first=tuple(first)))

    label = READ(as_object(body))

    assert label == OWNERS.read(body).label


READ = python_names(OWNERS)["read"]


@pytest.mark.parametrize(("text", "label"), [(" praise \n", "praise"), (None, "")])
def test_python_code_for_generated_text_returns_it(text: str | None, label: str) -> None:
    body = reply_body(Completion("x"))
    reply = as_object(body)
    reply.choices[0].message.content = text

    assert python_names(GENERATED)["read"](reply) == label


def test_python_code_without_log_probabilities_in_the_reply_reads_none() -> None:
    reply = as_object(reply_body(Completion("praise")))
    reply.choices[0].logprobs = None

    assert READ(reply) is None


@pytest.mark.parametrize("tuned", [OWNERS, FREE, *map(hostile_prompt, HOSTILE)])
def test_a_langchain_template_filled_in_is_the_rendered_prompt(
    tuned: TunedPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[tuple[str, str]]] = []
    template = SimpleNamespace(from_messages=made.append)
    module = imitation("langchain_core.prompts", ChatPromptTemplate=template)
    parents = {"langchain_core": imitation("langchain_core"), "langchain_core.prompts": module}

    run_code(langchain.export(tuned, None), monkeypatch, parents)

    spoken = {"human": "user", "ai": "assistant", "system": "system"}
    fill = string.Formatter()
    (turns,) = made
    filled = [(spoken[role], fill.format(text, input="a {b} {{c}}")) for role, text in turns]
    rendered = [(turn.role, turn.content) for turn in tuned.prompt.render("a {b} {{c}}")]
    assert filled == rendered


@pytest.mark.parametrize("tuned", [RAW, OWNERS])
@pytest.mark.parametrize("said", ["broken again", "thanks", "nothing", "kind but late"])
def test_langchain_code_reads_the_tuned_label(
    tuned: TunedPrompt, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = langchain_names(tuned, monkeypatch)
    sent = {**names["SETTINGS"], "model": names["MODEL"], "messages": _rendered(tuned, said)}
    body = reply_body(MODEL.reply(asked_of(sent)))
    choices = cast(list[dict[str, Any]], body["choices"])

    label = names["read"](SimpleNamespace(response_metadata=choices[0]))

    assert sent == tuned.request(said)
    assert label == tuned.read(body).label


def test_langchain_code_for_generated_text_returns_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read = langchain_names(GENERATED, monkeypatch)["read"]

    assert read(SimpleNamespace(content=" praise \n")) == "praise"


def langchain_names(tuned: TunedPrompt, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    module = imitation("langchain_core.prompts", ChatPromptTemplate=SimpleNamespace())
    vars(module)["ChatPromptTemplate"].from_messages = list
    parents = {"langchain_core": imitation("langchain_core"), "langchain_core.prompts": module}
    return run_code(langchain.export(tuned, None), monkeypatch, parents)


def _rendered(tuned: TunedPrompt, said: str) -> object:
    return message_payload(tuned.prompt.render(said))
