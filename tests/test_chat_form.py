"""How a request is put, and how replies of servers that reason or refuse are read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.chat_form import PLAIN, TOKEN_LIMITS, ChatForm
from fedbbpt.chat_format import chat_body, read_chat, reasoned, without_thoughts
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.prompts import Message

ASKED = Request((Message("user", "Hi"),), max_tokens=3, temperature=0.5, top_logprobs=2, sample=7)
FIELDS = st.dictionaries(
    st.text("abc", min_size=1),
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | st.text(max_size=3),
    max_size=3,
)
FORMS = st.builds(
    ChatForm,
    token_limit=st.sampled_from(TOKEN_LIMITS),
    temperature=st.booleans(),
    reasoning_tokens=st.integers(0, 4096),
    extra_body=FIELDS | st.dictionaries(st.just("options"), st.lists(FIELDS, max_size=2)),
)


def reply(message: object, finish: str = "stop", **more: object) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish}], **more}


@given(FORMS)
def test_a_form_comes_back_from_its_payload(form: ChatForm) -> None:
    assert ChatForm.from_payload(form.payload()) == form
    assert (form.payload() == {}) == (form == PLAIN)


@given(FORMS)
def test_a_form_changes_how_a_request_is_put_and_not_what_it_asks(form: ChatForm) -> None:
    usual, body = chat_body(ASKED, "m"), chat_body(ASKED, "m", form)

    told = {"max_tokens", "temperature"}
    assert {k: v for k, v in usual.items() if k not in told}.items() <= body.items()
    assert body[form.token_limit] == ASKED.max_tokens + form.reasoning_tokens
    assert ("temperature" in body) == form.temperature
    assert form.extra_body.items() <= body.items()
    assert len(body) == len(usual) - (not form.temperature) + len(form.extra_body)


def test_the_seed_of_a_draw_is_sent_whatever_the_form() -> None:
    assert chat_body(ASKED, "m", ChatForm(temperature=False))["seed"] == 7


@pytest.mark.parametrize(
    "message",
    [
        {"content": "yes", "reasoning_content": "hm"},
        {"content": "yes", "reasoning": "hm"},
        {"content": "<think>hm</think>\n\nyes"},
        {"content": "\n<think>\n\n</think>\nyes"},
        {"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "yes"}]},
    ],
)
def test_reasoning_is_no_part_of_the_text_wherever_it_stands(message: dict[str, object]) -> None:
    assert read_chat(reply(message)).text == "yes"
    assert reasoned(reply(message))


@pytest.mark.parametrize(
    ("usage", "shows"),
    [
        ({"completion_tokens_details": {"reasoning_tokens": 5}}, True),
        ({"completion_tokens_details": {"reasoning_tokens": 0}}, False),
        ({"completion_tokens_details": None}, False),
        (None, False),
    ],
)
def test_hidden_reasoning_shows_in_the_usage(usage: object, *, shows: bool) -> None:
    assert reasoned(reply({"content": "yes", "reasoning": None}, usage=usage)) == shows


@given(st.text(), st.text())
def test_only_thoughts_at_the_beginning_are_cut(thought: str, text: str) -> None:
    said = f"The tag <think> opens. {text}"

    assert without_thoughts(said) == said
    assert without_thoughts(f"<think>{thought.replace('<', '')}</think> {said}") == said


def test_a_thought_without_an_end_leaves_nothing() -> None:
    assert read_chat(reply({"content": "<think>Let me see"}, "length")) == Completion("", "length")


def test_a_refusal_is_the_text_and_the_reason_to_finish() -> None:
    kept = {"content": None, "refusal": "I cannot say."}

    assert read_chat(reply(kept)) == Completion("I cannot say.", "refusal")
    assert read_chat(reply({"content": "yes", "refusal": None})) == Completion("yes")


@pytest.mark.parametrize("choice", [{}, {"message": {}}, {"message": {"role": "assistant"}}])
def test_a_filtered_choice_may_hold_no_message(choice: dict[str, object]) -> None:
    body = {"choices": [{**choice, "finish_reason": "content_filter"}]}

    assert read_chat(body) == Completion("", "content_filter")
    assert not reasoned(body)


@pytest.mark.parametrize(
    ("logprobs", "first"),
    [
        ({"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [{"b": -2, "a": -1}]}, 2),
        ({"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": [None]}, 0),
        ({"tokens": ["a"], "token_logprobs": [-1]}, 0),
    ],
)
def test_alternatives_are_read_from_the_older_lists_too(
    logprobs: dict[str, object], first: int
) -> None:
    body = reply({"content": "a"})
    body["choices"][0]["logprobs"] = logprobs

    assert read_chat(body).first == (TokenLogprob("a", -1.0), TokenLogprob("b", -2.0))[:first]


@pytest.mark.parametrize(
    ("logprobs", "problem"),
    [
        ({"tokens": [], "top_logprobs": 3}, "top_logprobs"),
        ({"tokens": [], "top_logprobs": [3]}, "top_logprobs"),
        ({"tokens": [], "top_logprobs": [{"a": "b"}]}, "logprob"),
        ({"tokens": [], "top_logprobs": [{str(i): -1 for i in range(201)}]}, "201 entries"),
    ],
)
def test_malformed_older_lists_are_refused(logprobs: dict[str, object], problem: str) -> None:
    body = reply({"content": "a"})
    body["choices"][0]["logprobs"] = logprobs

    with pytest.raises(ValueError, match=problem):
        read_chat(body)
