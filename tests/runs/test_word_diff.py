"""The diff marks what only one prompt has, and loses no character."""

from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.runs.word_diff import MarkedMessage, diff_prompts

CONTENT = st.text(alphabet="ab \n", max_size=20)
MESSAGES = st.lists(st.tuples(st.sampled_from(["system", "user"]), CONTENT), max_size=3)


def marked(messages: tuple[MarkedMessage, ...]) -> list[str]:
    return [piece.text for message in messages for piece in message.segments if piece.changed]


def test_only_the_words_that_one_prompt_lacks_are_marked() -> None:
    diff = diff_prompts([("user", "Is this good?\n{input}")], [("user", "Is this bad?\n{input}")])

    assert marked(diff.start) == ["good?"]
    assert marked(diff.tuned) == ["bad?"]


def test_a_run_of_new_words_is_one_piece_with_its_spaces() -> None:
    diff = diff_prompts(
        [("user", "{input}")], [("system", "Be brief."), ("user", "{input} now ok")]
    )

    assert marked(diff.start) == []
    assert marked(diff.tuned) == ["Be brief.", "now ok"]


@given(MESSAGES, MESSAGES)
def test_the_segments_of_a_message_joined_are_its_content(
    start: list[tuple[str, str]], tuned: list[tuple[str, str]]
) -> None:
    diff = diff_prompts(start, tuned)

    for messages, side in ((start, diff.start), (tuned, diff.tuned)):
        joined = [(m.role, "".join(piece.text for piece in m.segments)) for m in side]
        assert joined == messages


@given(MESSAGES)
def test_a_prompt_does_not_differ_from_itself(messages: list[tuple[str, str]]) -> None:
    diff = diff_prompts(messages, messages)

    assert marked(diff.start) == marked(diff.tuned) == []


def test_prompts_too_long_to_compare_are_marked_whole() -> None:
    long = [("user", "word " * 2001 + "end")]

    diff = diff_prompts(long, long)

    assert marked(diff.start) == [long[0][1]]
