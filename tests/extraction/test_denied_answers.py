"""What a reply says that the answer is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.date import Date
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.yes_no import YesNo

NUMBER = Number().about("")
YES_NO = YesNo().about("")
CHOICE = Choice().about("Which?\nA) red\nB) blue")
NONE = Abstain("no answer")


@pytest.mark.parametrize(
    "reply",
    [
        "The answer is not 5.",
        "The answer isn't 5.",
        "The answer is certainly not 5.",
        "The answer is neither 5 nor 6.",
        "The answer is not five.",
        "The answer cannot be 5.",
        "The answer can't be 5. It is 6.",
        "The answer does not equal 5",
        "Answer: not 5, but 6",
        "Answer: it is not 5 or 6",
        "So it is not 5.",
        "So 5 is not the answer.",
        "5 is wrong.",
        "x \\neq 5",
        "Die Antwort ist nicht 5.",
        "The answer is 5. No: the answer is not 5.",
        "It is 5.\nThe answer is not 5.",
    ],
)
def test_a_denied_number_is_no_answer(reply: str) -> None:
    assert NUMBER.extract(reply) == NONE


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        ("The answer is 6, not 5.", "6"),
        ("So it is 6 rather than 5.", "6"),
        ("So he does not have 4 or 5 apples; he has 6.", "6"),
        ("The answer is not 5. The answer is 6.", "6"),
        ("The answer is not obvious. We have 5 + 1 = 6.", "6"),
        ("This does not change the total of 6.", "6"),
        ("5 is not even, and so it is 6.", "6"),
    ],
)
def test_what_is_not_denied_stays_an_answer(reply: str, key: str) -> None:
    assert NUMBER.extract(reply) == key


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["The answer is not {}.", "It cannot be {}", "Answer: not {}", "It isn't {}."]),
)
def test_no_denied_number_is_ever_read(value: int, frame: str) -> None:
    assert NUMBER.extract(frame.format(value)) == NONE


@pytest.mark.parametrize(
    "reply",
    [
        "The answer is not yes.",
        "Answer: not yes",
        "Answer: it is not yes",
        "The answer isn't no.",
        "It is not true.",
        "So it isn't true.",
        "Yes, one could think so.\nIt is not true.",
    ],
)
def test_a_denied_yes_is_neither_yes_nor_no(reply: str) -> None:
    assert YES_NO.extract(reply) == NONE


@pytest.mark.parametrize("reply", ["Yes and no.", "Answer: yes and no", "Well, no and yes."])
def test_yes_and_no_at_once_are_several_answers(reply: str) -> None:
    assert YES_NO.extract(reply) == Abstain("several answers")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [("No, it is not true.", "no"), ("The answer is yes, not no.", "yes"), ("Yes.", "yes")],
)
def test_a_yes_or_no_beside_a_denial_is_read(reply: str, answer: str) -> None:
    assert YES_NO.extract(reply) == answer


def test_a_word_of_the_task_may_begin_with_a_denial() -> None:
    reader = YesNo(yes=("valid",), no=("invalid", "not valid")).about("")
    entailed = Label(("entailed", "not entailed"))

    for text in ("The answer is not valid.", "It is not valid."):
        assert reader.extract(text) == reader.canonical(text) == "no"
    assert reader.extract("The answer is not invalid.") == NONE
    for text in ("The answer is not entailed.", "It is not entailed."):
        assert entailed.extract(text) == entailed.canonical(text) == "not entailed"


@pytest.mark.parametrize(
    "reply",
    [
        "The answer is not A.",
        "The answer is not (A).",
        "It is not (A).",
        "(A) is not correct.",
        "Option A is wrong.",
        "It is not red.",
        "It isn't blue.",
    ],
)
def test_a_denied_option_is_no_answer(reply: str) -> None:
    assert CHOICE.extract(reply) == NONE


@pytest.mark.parametrize(
    "reply", ["It isn't (A), it is (B).", "(A) is wrong, so (B)", "It is blue, not red."]
)
def test_the_option_that_is_left_beside_a_denied_one_is_read(reply: str) -> None:
    assert CHOICE.extract(reply) == "B"


def test_denied_dates_and_labels_are_no_answers() -> None:
    spam = Label(("spam", "ham"))

    assert Date().extract("The answer is not 2024-05-06.") == NONE
    assert Date().extract("It was not in 2024.") == NONE
    assert Date().extract("Answer: 2023, not 2024") == "2023"
    assert spam.extract("The answer is not spam.") == NONE
    assert spam.extract("It isn't ham.") == NONE
    assert spam.extract("It is spam, not bad.") == "spam"
