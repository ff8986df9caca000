"""Prompts: one place for the input, filled in one pass, and control tokens that stay text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.prompts import (
    INPUT,
    ROLES,
    Message,
    Prompt,
    escape_special,
    message_payload,
    messages_from,
)

TOKENS = (
    *("<|im_start|>", "<|im_end|>", "<|eot_id|>", "<\uff5cend\uff5c>", "<s>", "</s>", "<unk>"),
    *("<pad>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]"),
)
pieces = st.one_of(st.sampled_from(TOKENS), st.text(max_size=5), st.sampled_from("<|>/[]s{}"))
texts = st.lists(pieces, max_size=8).map("".join)
plain = st.text("ab {}\n<|", max_size=12).filter(lambda text: INPUT not in text)
turns = st.builds(Message, st.sampled_from(ROLES), plain)
prompts = st.builds(
    lambda before, head, tail, words: Prompt(
        (*before, Message("user", f"{head}{INPUT}{tail}")), tuple(words)
    ),
    st.lists(turns, max_size=3),
    plain,
    plain,
    st.lists(st.text(max_size=6), max_size=3),
).filter(lambda prompt: prompt.messages[-1].content.count(INPUT) == 1)


def opens_or_closes_a_turn(text: str) -> bool:
    return any(token in text for token in TOKENS) or "<|" in text


@given(prompts, texts)
def test_rendering_changes_nothing_but_the_place_of_the_input(prompt: Prompt, text: str) -> None:
    head, tail = prompt.messages[-1].content.split(INPUT)

    rendered = prompt.render(text)

    assert rendered[:-1] == prompt.messages[:-1]
    assert rendered[-1] == Message("user", head + escape_special(text) + tail)


def test_an_input_that_holds_the_place_of_the_input_stays_as_it_is() -> None:
    prompt = Prompt((Message("user", "Say: {input}!"),))

    (message,) = prompt.render("a {input} b {input} \\1 {0}")

    assert message.content == "Say: a {input} b {input} \\1 {0}!"


@pytest.mark.parametrize("token", TOKENS)
def test_an_input_can_neither_open_nor_close_a_turn(token: str) -> None:
    prompt = Prompt((Message("user", "Text: {input}"),))

    (message,) = prompt.render(f"fine {token} until here")

    assert token not in message.content
    assert re.sub(r"\s", "", message.content) == f"Text:fine{token}untilhere"


@given(texts)
def test_no_control_token_survives_escaping(text: str) -> None:
    assert not opens_or_closes_a_turn(escape_special(text))


@given(texts)
def test_escaping_twice_is_escaping_once(text: str) -> None:
    once = escape_special(text)

    assert escape_special(once) == once


@given(texts)
def test_escaping_only_adds_spaces(text: str) -> None:
    assert escape_special(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["a < b", "<b>bold</b>", "x[0]", "1 < 2 | 3", "<sad>", "[INS]"])
def test_ordinary_text_is_not_escaped(text: str) -> None:
    assert escape_special(text) == text


@given(prompts)
def test_a_prompt_survives_its_payload(prompt: Prompt) -> None:
    again = Prompt.from_payload(prompt.payload())

    assert again == prompt
    assert again.digest == prompt.digest


def test_prompts_that_differ_in_a_word_or_a_role_have_different_digests() -> None:
    user = Message("user", INPUT)
    system, assistant = Message("system", "Be brief."), Message("assistant", "Be brief.")
    different = [
        Prompt((user,)),
        Prompt((user,), ("yes", "no")),
        Prompt((user,), ("no", "yes")),
        Prompt((system, user)),
        Prompt((assistant, user)),
    ]

    assert len({prompt.digest for prompt in different}) == len(different)


def test_a_person_reads_one_block_a_turn() -> None:
    prompt = Prompt((Message("system", "Be brief."), Message("user", "Say {input}")))

    assert prompt.text() == "[system]\nBe brief.\n\n[user]\nSay {input}"


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((), "last message"),
        ((Message("user", INPUT), Message("assistant", "ok")), "last message"),
        ((Message("user", "no place"),), "0 times"),
        ((Message("user", INPUT + INPUT),), "2 times"),
        ((Message("system", INPUT), Message("user", INPUT)), "2 times"),
        ((Message("system", INPUT), Message("user", "no place")), "1 times"),
    ],
)
def test_a_prompt_has_its_input_once_in_the_last_user_message(
    messages: tuple[Message, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Prompt(messages)


@pytest.mark.parametrize("role", ["robot", "User", "", None, 3])
def test_an_unknown_role_is_refused(role: object) -> None:
    with pytest.raises(ValueError, match="system, user, assistant"):
        messages_from([{"role": role, "content": INPUT}])


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"messages": "text"},
        {"messages": ["text"]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 3}]},
        {"messages": [{"role": "user", "content": INPUT}], "words": "yes"},
        {"messages": [{"role": "user", "content": INPUT}], "words": [1]},
    ],
)
def test_a_payload_of_another_shape_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"messages|words"):
        Prompt.from_payload(payload)


@given(st.lists(turns, max_size=4))
def test_messages_survive_their_payload(messages: list[Message]) -> None:
    assert messages_from(message_payload(messages)) == tuple(messages)
