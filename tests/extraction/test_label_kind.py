"""Labels as answers, said in the words of a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.label import Label

PLAIN = Label(("negative", "positive"))
SPOKEN = PLAIN.spoken(("terrible", "great"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("It is good. Answer: Positive.", "positive"),
        ("The first half is negative. Overall it is positive.", "positive"),
        ("So the answer is **negative**", "negative"),
    ],
)
def test_the_announced_or_last_label_is_the_answer(text: str, label: str) -> None:
    assert PLAIN.about("?").extract(text) == label


@pytest.mark.parametrize("text", ["", "Answer: maybe", "Answer: positive or negative", "good"])
def test_no_label_or_several_are_no_answer(text: str) -> None:
    assert isinstance(PLAIN.extract(text), Abstain)


def test_words_of_a_prompt_stand_for_labels() -> None:
    assert SPOKEN.extract("Answer: great") == "positive"
    assert PLAIN.extract("Answer: great") == Abstain("no answer")


def test_what_broke_off_before_it_announced_a_label_abstains() -> None:
    assert PLAIN.extract("It is positive in that it", finished=False) == Abstain("truncated")


@given(text=st.text(max_size=60) | st.sampled_from(["great", "NEGATIVE", "Answer: terrible"]))
def test_a_canonical_label_is_its_own(text: str) -> None:
    for kind in (PLAIN, SPOKEN):
        found = kind.canonical(text)
        if isinstance(found, str):
            assert kind.canonical(found) == found


def test_label_sets_that_are_no_choice_are_refused() -> None:
    with pytest.raises(ValueError, match="no choice"):
        Label(("a",))
    with pytest.raises(ValueError, match="1 words for 2 labels"):
        PLAIN.spoken(("good",))
