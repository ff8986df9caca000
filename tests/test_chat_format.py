import math
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.chat_format import chat_body, read_chat
from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.prompts import Message

MESSAGES = (Message("system", "Be brief."), Message("user", "Grüße?"))

TOKENS = st.builds(TokenLogprob, st.text(), st.floats(-1e4, 0))
COMPLETIONS = st.builds(
    Completion,
    text=st.text(),
    finish_reason=st.sampled_from(["stop", "length", ""]),
    first=st.lists(TOKENS, max_size=25).map(
        lambda found: tuple(sorted(found, key=lambda one: (-one.logprob, one.token)))
    ),
    usage=st.builds(
        lambda cached, read, written: Usage(cached + read, written, cached),
        *[st.integers(0, 2**40)] * 3,
    ),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "logprobs", "top_logprobs", "usage"]),
            inner,
        )
    ),
    max_leaves=12,
)


def reply(**changes: object) -> dict[str, Any]:
    choice: dict[str, object] = {
        "message": {"role": "assistant", "content": "yes"},
        "finish_reason": "length",
        **changes,
    }
    return {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}


def with_alternatives(*alternatives: object) -> dict[str, Any]:
    return reply(logprobs={"content": [{"token": "x", "top_logprobs": list(alternatives)}]})


def rendered(completion: Completion) -> dict[str, Any]:
    alternatives = [{"token": one.token, "logprob": one.logprob} for one in completion.first]
    body = with_alternatives(*reversed(alternatives))
    body["choices"][0]["message"]["content"] = completion.text
    body["choices"][0]["finish_reason"] = completion.finish_reason
    body["usage"] = {
        "prompt_tokens": completion.usage.prompt_tokens,
        "completion_tokens": completion.usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": completion.usage.cached_tokens},
    }
    return body


def test_a_plain_request_holds_four_fields_in_a_fixed_order() -> None:
    body = orjson.dumps(chat_body(Request(MESSAGES, max_tokens=3, sample=5), "m"))

    assert body.decode() == (
        '{"model":"m","messages":[{"role":"system","content":"Be brief."},'
        '{"role":"user","content":"Grüße?"}],"max_tokens":3,"temperature":0.0}'
    )


def test_log_probabilities_are_asked_for_only_when_wanted() -> None:
    body = chat_body(Request(MESSAGES, top_logprobs=20), "m")

    assert list(body)[4:] == ["logprobs", "top_logprobs"]
    assert (body["logprobs"], body["top_logprobs"]) == (True, 20)


def test_the_sample_number_is_the_seed_of_a_draw_and_of_nothing_else() -> None:
    drawn = chat_body(Request(MESSAGES, temperature=0.7, sample=5), "m")
    greedy = chat_body(Request(MESSAGES, sample=5), "m")

    assert drawn["seed"] == 5
    assert greedy == chat_body(Request(MESSAGES, sample=6), "m")


@given(completion=COMPLETIONS)
def test_reading_a_rendered_completion_gives_it_back(completion: Completion) -> None:
    body = orjson.loads(orjson.dumps(rendered(completion)))

    assert read_chat(body) == completion


@given(found=st.lists(TOKENS, max_size=25))
def test_alternatives_in_order_and_out_of_it_read_the_same(found: list[TokenLogprob]) -> None:
    ordered = sorted(found, key=lambda one: (-one.logprob, one.token))
    entries = [one._asdict() for one in ordered]

    assert read_chat(with_alternatives(*entries)).first == tuple(ordered)
    assert read_chat(with_alternatives(*reversed(entries))).first == tuple(ordered)


@pytest.mark.parametrize(
    "odd",
    [
        *(None, [], {}, {"token": "x"}, {"logprob": -3.0}, {"token": 1, "logprob": -3.0}),
        *({"token": "x", "logprob": value} for value in (None, True, "-3", math.nan, -math.inf)),
    ],
)
def test_among_usual_alternatives_an_odd_one_is_named(odd: object) -> None:
    usual = [{"token": f"w{rank}", "logprob": -0.5 * rank} for rank in range(1, 6)]

    with pytest.raises(ValueError, match=r"top_logprobs\[5\]"):
        read_chat(with_alternatives(*usual, odd))


def test_alternatives_come_most_likely_first_and_equal_ones_by_token() -> None:
    pairs = [("b", -1.0), ("c", -0.5), ("a", -1)]

    completion = read_chat(with_alternatives(*({"token": t, "logprob": p} for t, p in pairs)))

    assert [one.token for one in completion.first] == ["c", "a", "b"]


@pytest.mark.parametrize("cached", [8, 32_967, 2**70])
def test_more_from_the_cache_than_was_read_counts_as_all_that_was_read(cached: int) -> None:
    body = reply()
    body["usage"]["prompt_tokens_details"] = {"cached_tokens": cached}

    assert read_chat(body).usage == Usage(7, 1, 7)


@pytest.mark.parametrize(
    "logprobs", [None, {}, {"content": None}, {"content": []}, {"content": [{"token": "x"}]}]
)
def test_absent_log_probabilities_and_usage_are_no_fault(logprobs: object) -> None:
    body = reply(logprobs=logprobs)
    del body["usage"]

    completion = read_chat(body)

    assert completion == Completion("yes", "length")


def test_null_content_is_the_empty_text() -> None:
    assert read_chat(reply(message={"content": None})).text == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({}, "choices"),
        ({"choices": []}, "choices"),
        ({"choices": {}}, "choices"),
        ({"choices": ["yes"]}, r"choices\[0\]"),
        (reply(message=None), "message"),
        (reply(message={}), "content: absent"),
        (reply(message={"content": [{"text": "yes"}]}), "content"),
        (reply(finish_reason=3), "finish_reason"),
        (reply(logprobs=[]), "logprobs"),
        (reply(logprobs={"content": {}}), "logprobs.content"),
        (reply(logprobs={"content": [1]}), "top_logprobs"),
        (with_alternatives("a"), r"top_logprobs\[0\]"),
        (with_alternatives({"token": 1, "logprob": -1}), r"top_logprobs\[0\].token"),
        (with_alternatives({"token": "a"}), r"top_logprobs\[0\].logprob"),
        (with_alternatives({"token": "a", "logprob": "NaN"}), "logprob: expected a number"),
        (with_alternatives({"token": "a", "logprob": True}), "logprob: expected a number"),
        (with_alternatives({"token": "a", "logprob": math.nan}), "logprob: not finite"),
        (with_alternatives({"token": "a", "logprob": -math.inf}), "logprob: not finite"),
        (with_alternatives(*[{"token": "a", "logprob": -1}] * 201), "201 entries"),
        ({**reply(), "usage": 3}, "usage"),
        ({**reply(), "usage": {"prompt_tokens": -1}}, "usage.prompt_tokens"),
        ({**reply(), "usage": {"completion_tokens": 1.5}}, "usage.completion_tokens"),
        ({**reply(), "usage": {"completion_tokens": True}}, "usage.completion_tokens"),
    ],
)
def test_a_malformed_reply_is_refused_with_the_name_of_the_field(body: object, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        read_chat(body)


@given(body=JSON)
def test_any_json_is_a_completion_or_a_value_error(body: object) -> None:
    with suppress(ValueError):
        completion = read_chat(body)

        assert all(math.isfinite(one.logprob) for one in completion.first)
