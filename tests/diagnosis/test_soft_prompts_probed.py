"""What the replies to prompt embeddings are taken to mean."""

import base64
import json
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion, TokenLogprob
from fedbbpt.diagnosis.probes import Reply
from fedbbpt.diagnosis.soft import (
    PROBES,
    WRONG_WIDTH,
    judge_effect,
    judge_refusal,
    soft_probe,
    soft_rows,
)


def refusal(said: str, status: int = 400) -> Reply:
    return Reply(0.1, status, reason="refused", said=said)


def reply(logprob: float | None, text: str = "bright", token: str = "t") -> Reply:
    first = () if logprob is None else (TokenLogprob(token, logprob),)
    return Reply(0.1, 200, Completion(text, first=first))


@pytest.mark.parametrize(
    ("found", "state", "width"),
    [
        (
            refusal("`prompt_embeds` hidden_size 8 does not match the model's hidden_size 576"),
            "inert",
            576,
        ),
        (refusal("You must set `--enable-prompt-embeds` to input `prompt_embeds`"), "off", None),
        (refusal("unsupported content[].type"), "unknown", None),
        (refusal("Input should be 'text' or 'image_url'", 422), "unknown", None),
        (refusal("tensor of wrong shape"), "width unsaid", None),
        (refusal("model's hidden_size 0"), "width unsaid", None),
        (refusal("boom", 500), "unclear", None),
        (Reply(0.1, 0), "unclear", None),
        (reply(-0.5), "ignored", None),
    ],
)
def test_the_reply_to_a_wrong_width_is_judged(found: Reply, state: str, width: int | None) -> None:
    judged = judge_refusal(found)

    assert (judged.state, judged.width) == (state, width)


@pytest.mark.parametrize(
    ("one", "other", "noise", "state"),
    [
        (reply(-0.5), reply(-1.5), 0.0, "taken"),
        (reply(-0.5), reply(-0.505), 0.0, "inert"),
        (reply(-0.5), reply(-0.9), 0.3, "inert"),
        (reply(None, "a"), reply(None, "b"), 0.0, "taken"),
        (reply(None, "a"), reply(None, "a"), 0.0, "inert"),
        (reply(-0.5, token="a"), reply(-0.5, token="b"), 0.0, "taken"),
        (reply(-0.5), refusal("lost", 500), 0.0, "unclear"),
    ],
)
def test_two_prompts_must_differ_beyond_noise(
    one: Reply, other: Reply, noise: float, state: str
) -> None:
    assert judge_effect(576, [one, other], noise).state == state


@given(st.integers(1, 700))
def test_the_two_prompts_tried_are_different_and_as_small_as_embeddings(width: int) -> None:
    one, other = soft_rows(width)

    assert one.shape == other.shape == (4, width)
    assert np.abs(one - other).max() > 0.01
    assert max(np.abs(one).max(), np.abs(other).max()) <= 0.1


def test_the_probe_is_a_part_of_the_users_message_and_asks_for_no_prompt_logprobs() -> None:
    fields = cast(dict[str, Any], soft_probe(np.zeros((1, WRONG_WIDTH)), 5).fields)

    (message,) = fields["messages"]
    rows, text = message["content"]
    assert base64.b64decode(rows["data"], validate=True)[:2] == b"PK"
    assert (rows["type"], text["type"], message["role"]) == ("prompt_embeds", "text", "user")
    assert not any("prompt_logprobs" in json.dumps(dict(probe.fields)) for probe in PROBES)
