"""Soft tokens as a value, in a prompt, in a request and in the body that is sent."""

import base64
import dataclasses
import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from vllm_contract import loaded

from fedbbpt.canonical import digest
from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Request
from fedbbpt.endpoints.spending.ledger import most_prompt_tokens
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.soft_parts import content_parts
from fedbbpt.soft_tokens import PLACES, PlacedTokens, SoftTokens
from fedbbpt.tensor_bytes import tensor_bytes

ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)
SOFT = SoftTokens.of(ROWS)
TEXT = Prompt((Message("system", "Be brief."), Message("user", f"Rate: {INPUT} Now.")), ("a", "b"))
PROMPT = dataclasses.replace(TEXT, soft=SOFT)

rows = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 9)),
    elements=st.floats(-(2.0**90), 2.0**90, width=32),
)


@given(rows, st.sampled_from(PLACES))
def test_the_payload_leads_back_to_the_same_tokens(values: np.ndarray, place: str) -> None:
    tokens = SoftTokens.of(values, place)  # type: ignore[arg-type]

    again = SoftTokens.from_payload(tokens.payload())

    assert again == tokens
    assert np.array_equal(again.rows, values)
    assert again.count == len(values)


@given(rows)
def test_a_prompt_with_soft_tokens_survives_its_file(values: np.ndarray) -> None:
    prompt = dataclasses.replace(TEXT, soft=SoftTokens.of(values))

    assert Prompt.from_payload(prompt.payload()) == prompt
    assert prompt.digest != TEXT.digest


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {"f4": "AAAA", "width": 1},
        {"f4": "AAAA", "width": 1, "place": "before"},
        {"f4": "no", "width": 1, "place": "before"},
        {
            "f4": base64.b64encode(np.array([np.nan], "<f4").tobytes()).decode(),
            "width": 1,
            "place": "after",
        },
        {"f4": "AAAAAA==", "width": 1, "place": "beside"},
        {"f4": "AAAAAA==", "width": 0, "place": "before"},
    ],
)
def test_what_is_no_soft_token_is_refused(payload: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SoftTokens.from_payload(payload)


def test_prompts_and_requests_of_text_have_the_digests_they_always_had() -> None:
    request = Request(TEXT.render("x"))

    assert "soft" not in TEXT.payload()
    assert "soft" not in request.payload()
    assert digest(request.payload()) == (
        "616cffdc26f0607c45433a7d363256885b12bd763b2fa8e4822c449392f0b917"
    )


def test_a_request_is_told_by_the_digest_of_its_numbers_and_their_place() -> None:
    other = SoftTokens.of(ROWS + 1)
    requests = [
        Request(TEXT.render("x"), soft=soft)
        for soft in (None, *(PlacedTokens(t, at) for t in (SOFT, other) for at in (0, 3)))
    ]

    assert len({request.key("m") for request in requests}) == len(requests)
    assert len(str(requests[1].payload())) < 400


def test_people_see_a_mark_where_the_numbers_stand() -> None:
    texts = {
        place: dataclasses.replace(PROMPT, soft=dataclasses.replace(SOFT, place=place)).text()
        for place in PLACES
    }

    mark = f"[2 soft tokens {SOFT.digest[:8]}]"
    assert texts["before"].endswith(f"[user]\n{mark}\nRate: {INPUT} Now.")
    assert texts["between"].endswith(f"Rate: {mark}\n{INPUT} Now.")
    assert texts["after"].endswith(f"Rate: {INPUT} Now.\n{mark}")


@pytest.mark.parametrize(
    ("place", "around"),
    [
        ("before", ["", "Rate: fine Now."]),
        ("between", ["Rate: ", "fine Now."]),
        ("after", ["Rate: fine Now.", ""]),
    ],
)
def test_the_last_message_is_sent_in_parts(place: str, around: list[str]) -> None:
    soft = dataclasses.replace(SOFT, place=place)  # type: ignore[arg-type]
    dialogue = Direct(("a", "b"), 5).start(dataclasses.replace(PROMPT, soft=soft), "fine")

    body = chat_body(dialogue.request, "m")

    first, last = body["messages"]  # type: ignore[misc]
    assert first == {"role": "system", "content": "Be brief."}  # type: ignore[has-type]
    parts = last["content"]  # type: ignore[has-type]
    texts = [part.get("text", "") for part in parts]
    assert [text for text in texts if text] == [text for text in around if text]
    (data,) = [part["data"] for part in parts if part["type"] == "prompt_embeds"]
    assert np.array_equal(loaded(base64.b64decode(data)), ROWS)


def test_an_input_that_is_empty_leaves_no_empty_part() -> None:
    parts = content_parts("", PlacedTokens(SOFT, 0))

    assert [part["type"] for part in parts] == ["prompt_embeds"]


def test_the_bound_on_tokens_counts_soft_ones() -> None:
    plain = Request(TEXT.render("x"))
    soft = dataclasses.replace(plain, soft=PROMPT.placed("x"))

    assert most_prompt_tokens(soft) >= most_prompt_tokens(plain) + SOFT.count


def test_labels_asked_by_number_take_the_place_of_the_most_likely_tokens() -> None:
    request = Request((Message("user", "Hi"),), top_logprobs=20)
    form = ChatForm(label_ids=(7, 9))

    body = chat_body(request, "m", form)
    unread = chat_body(dataclasses.replace(request, top_logprobs=0), "m", form)

    assert body["logprobs"] is True
    assert body["logprob_token_ids"] == [7, 9]
    assert not {"top_logprobs", "prompt_logprobs"} & body.keys()
    assert not {"logprobs", "logprob_token_ids"} & unread.keys()
    assert ChatForm.from_payload(form.payload()) == form


@pytest.mark.parametrize("ids", [[-1], ["7"], [True], [1.5]])
def test_label_ids_that_are_no_tokens_are_refused(ids: list[object]) -> None:
    with pytest.raises(ValueError, match=r"label_ids|chat form"):
        ChatForm.from_payload({"label_ids": ids})


@pytest.mark.parametrize("kind", ["f32", "f16", "bf16"])
def test_the_bytes_are_what_torch_loads_to_the_last_bit(kind: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is installed only beside vLLM")
    drawn = np.random.default_rng(3).standard_normal((5, 7)) * 10.0 ** np.arange(-3, 4)

    tensor = torch.load(io.BytesIO(tensor_bytes(drawn, kind)), weights_only=True)

    wanted = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}[kind]
    assert tensor.dtype == wanted
    assert torch.equal(tensor, torch.tensor(drawn, dtype=torch.float32).to(wanted))
    assert math.prod(tensor.shape) == drawn.size
