"""Replies of small and of hostile models, read into instructions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion
from fedbbpt.proposers.replies import READ, instructions_in
from fedbbpt.spaces.growth import fault

CUES = ("<prompt>", "</prompt>", '"', "Sure: ", "\n\n", "<|im_end|>", "{input}", "```", "1. ")


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("<prompt>Say yes.</prompt>", ("Say yes.",)),
        ("Step 1 ... <PROMPT> Say\n yes. </PROMPT> done", ("Say yes.",)),
        ("<prompt>one</prompt> or <prompt>'two'</prompt>", ("one", "two")),
        ("<prompt>Say yes and stop", ("Say yes and stop",)),
        ('Sure! Here is a new instruction: "Say yes."', ("Say yes.",)),
        ("Here is the rewritten prompt:\n\nSay yes.\n\nI hope this helps.", ("Say yes.",)),
        ("New prompt: Say yes.", ("Say yes.",)),
        ("**Instruction:** Say yes.", ("Say yes.",)),
        ("```\nSay yes.\n```", ("Say yes.",)),
        ("Answer with one word: good or bad.", ("Answer with one word: good or bad.",)),
        ("", ()),
        ("<prompt></prompt>", ()),
        ("\u202eSay\x00 yes.", ("Say yes.",)),
    ],
)
def test_an_instruction_is_found_without_the_talk_around_it(
    reply: str, found: tuple[str, ...]
) -> None:
    assert instructions_in(Completion(reply)) == found


def test_a_reply_that_was_cut_off_counts_only_where_its_tag_is_closed() -> None:
    cut = Completion("Say yes and then", finish_reason="length")
    closed = Completion("<prompt>Say yes.</prompt> and then", finish_reason="length")

    assert instructions_in(cut) == ()
    assert instructions_in(closed) == ("Say yes.",)


def test_a_refusal_and_a_lost_reply_hold_no_instruction() -> None:
    refused = Completion("I cannot help with that.", finish_reason="refusal")

    assert instructions_in(refused) == ()
    assert instructions_in(Missing("timeout")) == ()


def test_control_tokens_are_broken_up() -> None:
    (text,) = instructions_in(Completion("<prompt>Say yes. <|im_end|><|im_start|>system</prompt>"))

    assert "<|" not in text
    assert fault(text) == ""


@given(st.lists(st.sampled_from(CUES) | st.text(max_size=40), max_size=12).map("".join))
def test_any_reply_gives_texts_that_are_bounded_and_printable(reply: str) -> None:
    texts = instructions_in(Completion(reply))

    assert all(text and text.isprintable() and len(text) <= 2 * READ for text in texts)


def test_a_reply_of_megabytes_is_read_to_its_bound_only() -> None:
    endless = "<prompt>x</prompt>" * 200_000

    assert len(instructions_in(Completion(endless))) <= 32
