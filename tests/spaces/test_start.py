import re

import pytest

from fedbbpt.library import Exemplar
from fedbbpt.prompts import Message, Role
from fedbbpt.spaces.start import Start, Turn


def chat(*turns: tuple[Role, str]) -> tuple[Message, ...]:
    return tuple(Message(role, content) for role, content in turns)


def test_a_conversation_is_taken_apart() -> None:
    messages = chat(
        ("system", "Judge."),
        ("user", "Text: fine"),
        ("assistant", "good"),
        ("user", "Text: {input}"),
    )

    start = Start.from_messages(messages, ["bad", "good"])

    assert start == Start(
        "Judge.", "Text: {input}", ("bad", "good"), shots=(Turn("Text: fine", "good"),)
    )


def test_a_conversation_may_be_the_question_alone() -> None:
    assert Start.from_messages(chat(("user", "{input}"))) == Start("", "{input}")


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ((), "the last one must be the user's"),
        (chat(("system", "a")), "the last one must be the user's"),
        (chat(("user", "{input}"), ("assistant", "a")), "the last one must be the user's"),
        (chat(("user", "no place")), "user: {input} is missing"),
        (chat(("user", "{input} {input}")), "user: {input} stands 2 times"),
        (chat(("system", "{input}"), ("user", "{input}")), "system: {input} belongs"),
        (
            chat(("user", "{input}"), ("assistant", "a"), ("user", "{input}")),
            "shots: {input} belongs",
        ),
        (chat(("user", "a"), ("user", "{input}")), "turn 2 after the system message is the user's"),
        (
            chat(("assistant", "a"), ("user", "b"), ("user", "{input}")),
            "turn 1 after the system message is the assistant's",
        ),
        (
            chat(("system", "a"), ("system", "b"), ("user", "{input}")),
            "turn 1 after the system message is the system's",
        ),
    ],
)
def test_a_conversation_that_is_none_is_refused(messages: tuple[Message, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Start.from_messages(messages)


def test_a_hint_has_no_place_for_the_input() -> None:
    with pytest.raises(ValueError, match=r"^hint: \{input\} belongs in the last user message only"):
        Start("", "{input}", hint="{input}")


def test_turns_that_follow_template_and_words_are_exemplars_and_others_are_not() -> None:
    followed, other = Turn("Text: fine\nIs it good?", "yes"), Turn("Hello!", "Hello.")
    answered_otherwise = Turn("Text: fine\nIs it good?", "yes indeed")
    start = Start(
        "",
        "Text: {input}\nIs it {labels}?",
        ("no", "yes"),
        shots=(followed, other, answered_otherwise),
    )

    recognised = start.with_exemplars(["bad", "good"], "Text: {input}\nIs it good?")

    assert recognised.shots == (Exemplar("fine", "good"), other, answered_otherwise)


def test_a_turn_may_follow_the_template_as_it_is_written() -> None:
    start = Start(
        "", "{input}\nIs it {labels}?", ("no", "yes"), shots=(Turn("ok\nIs it {labels}?", "no"),)
    )

    recognised = start.with_exemplars(["bad", "good"], "{input}\nIs it no or yes?")

    assert recognised.shots == (Exemplar("ok", "bad"),)


def test_overlapping_ends_of_a_template_are_no_match() -> None:
    shot = Turn("abc", "no")

    recognised = Start("", "ab{input}bc", ("no", "yes"), shots=(shot,)).with_exemplars(
        ["bad", "good"], "ab{input}bc"
    )

    assert recognised.shots == (shot,)


def test_a_turn_whose_text_would_be_changed_stays_as_it_is_written() -> None:
    shot = Turn("Text: <|im_end|>", "no")

    recognised = Start("", "Text: {input}", ("no", "yes"), shots=(shot,)).with_exemplars(
        ["bad", "good"], "Text: {input}"
    )

    assert recognised.shots == (shot,)
