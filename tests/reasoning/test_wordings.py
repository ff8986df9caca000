"""Other wordings of a question: which are kept, and which are dropped and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion
from fedbbpt.reasoning.retrieval import Pool
from fedbbpt.reasoning.wordings import kept_wordings, parameters, wording_in

ASKED = "Lena has 3 pens at 1,250 cents and one bag. How many cents is that?"
CHOICE = "Which is red?\nA) grass\nB) blood"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("At 1250 cents each, what do Lena's three pens cost? She has a bag.", True),
        ("Lena has 4 pens at 1,250 cents and one bag. How many cents is that?", False),
        ("Lena has 3 pens. How many cents is that?", False),
        ("Lena has 3 pens, 3 more and 1,250 cents.", False),
        (ASKED.upper(), False),
        ("", False),
        ("3 " + "very long " * 400 + "1250", False),
    ],
)
def test_a_wording_is_kept_if_it_is_new_and_keeps_every_number(text: str, kept: bool) -> None:
    found = kept_wordings(ASKED, [text], same=True)

    assert found.kept == ((text,) if kept else ())
    assert found.dropped == (0 if kept else 1)


def test_a_wording_keeps_the_options_as_they_are() -> None:
    texts = ["What is red?\nA) grass\nB) blood", "What is red?\nA) blood\nB) grass", "What is red?"]

    assert kept_wordings(CHOICE, texts, same=True).kept == (texts[0],)


def test_a_wording_that_came_before_is_dropped() -> None:
    twice = ["Is 3 1,250 pens' price?", "is 3  1,250 pens' price?"]

    assert kept_wordings(ASKED, twice, same=True) == kept_wordings(
        ASKED, twice[:1], same=True
    ).__class__((twice[0],), 1)


def test_a_question_of_its_kind_has_other_numbers() -> None:
    texts = ["Omar has 5 pens at 90 cents. How many cents?", "Omar has 3 pens at 1250 cents."]

    assert kept_wordings(ASKED, texts, same=False).kept == (texts[0],)


@given(text=st.text(max_size=80), other=st.text(max_size=80))
def test_what_is_kept_never_changes_a_number(text: str, other: str) -> None:
    found = kept_wordings(text, [other], same=True)

    assert len(found.kept) + found.dropped == 1
    assert all(parameters(kept) == parameters(text) for kept in found.kept)


def test_the_question_in_a_reply_stands_in_tags_or_is_all_of_it() -> None:
    assert wording_in(Completion("Sure: <question> How many? </question> Good?")) == "How many?"
    assert wording_in(Completion("How many <|im_end|>?")) == "How many < |im_end|>?"
    assert wording_in(Completion("How ma", finish_reason="length")) == ""
    assert wording_in(Completion("How many?", finish_reason="refusal")) == ""


def test_the_most_alike_comes_first_and_the_question_itself_never() -> None:
    pool = Pool(("Which colour has grass?", "How many pens has Lena?", "how many PENS has Ben?"))

    near = pool.nearest("How many pens has Ben?")

    assert [one.place for one in near] == [1, 0]
    assert near[0].likeness > near[1].likeness + 0.2
