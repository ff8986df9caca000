"""When two questions are one: by their words and the signs that calculate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.reasoning.question_words import question_words
from fedbbpt.reasoning.retrieval import shows

ASKED = "Of 12 apples, 5 are eaten - how many are left?"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (ASKED, "of 12 apples 5 are eaten.  How many are left"),
        (ASKED, "\u201cOf 12 apples (5 are eaten): how many are LEFT?!\u201d"),
        ("What is 17 * 23?", "what is 17\u00d723"),
        ("What is 17 * 23?", "What is \uff11\uff17 x 23 ?"),
        ("What is 1,000 / 4?", "What is 1000\u00f74?"),
        ("What is 5 % of 9?", "What is 5% of 9?"),
        ("\u8fd9\u662f\u4ec0\u4e48?", "\u8fd9\u662f \u4ec0\u4e48"),
    ],
)
def test_case_spaces_and_punctuation_make_no_other_question(asked: str, shown: str) -> None:
    assert shows([shown], asked)
    assert shows([asked], shown)


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("What is 17 * 23?", "What is 17 + 23?"),
        ("What is 17 - 23?", "What is 17 / 23?"),
        ("What is -5 + 3?", "What is 5 + 3?"),
        ("What is 3\u00b2?", "What is 32?"),
        ("What is 5% of 20?", "What is 5 of 20?"),
        ("Is x > 3?", "Is x < 3?"),
        ("What is x + y?", "What is x - y?"),
        (":-)", ":-("),
        ("What is 2?", "What is 2 + 2?"),
    ],
)
def test_another_sign_or_word_makes_another_question(asked: str, other: str) -> None:
    assert not shows([other], asked)


@given(st.text(max_size=40))
def test_any_text_is_the_same_question_as_itself_in_other_spaces_and_capitals(text: str) -> None:
    assert question_words(text) == question_words(f"  {text}\n")
    assert len(question_words(text)) >= 1
