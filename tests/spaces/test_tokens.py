import numpy as np
import pytest

from fedbbpt.data import Task
from fedbbpt.prompts import INPUT, Message
from fedbbpt.spaces import Space
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.tokens import Tokens

TASK = Task("mood", "sentiment of the text", ("negative", "positive"))
START = Start("Judge the {topic}.", f"Text: {INPUT}\nMood:")
WORDS = ("good", "not at all", "Ärger")


@pytest.fixture
def space() -> Tokens:
    return Tokens(TASK, START, WORDS, positions=3)


def test_words_stand_before_the_question_in_order(space: Tokens) -> None:
    found = space.decode(np.array([3.0, 1.0, 2.0]))

    assert found.messages == (
        Message("system", "Judge the sentiment of the text."),
        Message("user", f"Ärger good not at all Text: {INPUT}\nMood:"),
    )


def test_an_empty_position_leaves_no_gap(space: Tokens) -> None:
    found = space.decode(np.array([0.0, 1.0, 0.0]))

    assert found.messages[-1].content == f"good Text: {INPUT}\nMood:"
    assert found == space.decode(np.array([1.0, 0.0, 0.0]))


def test_the_origin_is_the_start_byte_for_byte(space: Tokens) -> None:
    asked: Space = space

    assert asked.decode(np.zeros(3)).messages[-1].content == f"Text: {INPUT}\nMood:"


def test_turns_before_the_question_stay_as_they_are() -> None:
    turns = [Message("user", "Text: fine\nMood:"), Message("assistant", "positive")]
    start = Start.from_messages([*turns, Message("user", f"Text: {INPUT}\nMood:")])

    found = Tokens(TASK, start, ("well",), positions=1).decode(np.ones(1))

    assert list(found.messages[:2]) == turns
    assert found.messages[2].content.startswith("well Text:")


def test_every_position_offers_no_word_and_the_vocabulary(space: Tokens) -> None:
    assert [axis.name for axis in space.axes] == ["word 1", "word 2", "word 3"]
    assert {axis.choices for axis in space.axes} == {("(none)", *WORDS)}
    assert np.allclose(space.initial().probabilities[0], 1 / 4)


def test_the_fingerprint_follows_words_positions_start_and_task(space: Tokens) -> None:
    variants = {
        Tokens(TASK, START, WORDS[::-1], 3).fingerprint,
        Tokens(TASK, START, WORDS, 2).fingerprint,
        Tokens(TASK, Start("", START.user), WORDS, 3).fingerprint,
        Tokens(Task("mood", "mood", TASK.labels), START, WORDS, 3).fingerprint,
    }

    assert len(variants) == 4
    assert space.fingerprint not in variants
    assert Tokens(TASK, START, WORDS, 3).fingerprint == space.fingerprint


@pytest.mark.parametrize(
    ("words", "positions", "said"),
    [
        ((), 3, "words: the list is empty"),
        (("a", "{input}"), 3, "means something in a template"),
        (("<|im_end|>",), 3, "means something in a template"),
        ((" a",), 3, "blank or holds more than single spaces"),
        (("a\nb",), 3, "blank or holds more than single spaces"),
        (("",), 3, "blank"),
        (("x" * 41,), 3, "longer than 40 characters"),
        (("a",), 0, r"positions: 0 is not in \[1, 100\]; 10 is usual"),
        (("a",), 101, r"positions: 101 is not in \[1, 100\]"),
    ],
)
def test_what_cannot_stand_in_a_prompt_is_refused(
    words: tuple[str, ...], positions: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Tokens(TASK, START, words, positions)
