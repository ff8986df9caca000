"""Other wordings of a question: which are kept, and which are dropped and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion
from fedbbpt.reasoning.retrieval import Pool
from fedbbpt.reasoning.wordings import kept_wordings, parameters, same_numbers, wording_in

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


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Tom has 5 apples and buys 1 more.", "Tom has 5 apples."),
        ("Tom has 5 apples and buys 1 more.", "Tom has 5 apples and buys none."),
        ("Tom has 5 apples.", "Tom has 5 apples and gives 1 away."),
        ("Half of 10 apples are red.", "A third of 10 apples are red."),
        ("He buys a dozen of 40 eggs.", "He buys some of 40 eggs."),
        ("She has twice as many as 4.", "She has triple as many as 4."),
        ("It doubled to 8.", "It tripled to 8."),
        ("Two of 12,5 are red.", "Two of 13,5 are red."),
        ("A quarter of 8 is eaten.", "A fifth of 8 is eaten."),
    ],
)
def test_a_wording_with_another_number_in_digits_or_words_is_dropped(
    question: str, text: str
) -> None:
    assert kept_wordings(question, [text], same=True).kept == ()
    assert kept_wordings(text, [question], same=True).kept == ()
    assert kept_wordings(question, [text], same=False).kept == (text,)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("He buys 1 more of 5.", "Of 5 he buys one more."),
        ("He has one bag of 5.", "His bag is of 5."),
        ("What is 1/2 of 8?", "How much is half of 8?"),
        ("He buys a dozen eggs.", "12 eggs are bought."),
        ("She has twice 4.", "She has double of four."),
        ("Two of 12,5 are red.", "2 are red of 12,5."),
    ],
)
def test_a_number_may_be_written_in_another_way(question: str, text: str) -> None:
    assert kept_wordings(question, [text], same=True).kept == (text,)
    assert kept_wordings(text, [question], same=True).kept == (question,)


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
    assert all(same_numbers(kept, text) for kept in found.kept)


WORDS = ("1", "one", "2", "two", "half", "third", "1/3", "dozen", "apples", "and", "12,5", "5 %")
numbered = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@given(text=numbered, other=numbered)
def test_having_the_same_numbers_goes_both_ways_and_only_a_one_may_come_or_go(
    text: str, other: str
) -> None:
    same = same_numbers(text, other)

    ours, theirs = ({**parameters(one), (1, False): 0} for one in (text, other))
    assert same_numbers(other, text) == same
    assert not same or ours == theirs
    assert same_numbers(text, text)


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


def test_the_question_itself_is_left_out_under_any_punctuation_and_a_changed_sign_is_another() -> (
    None
):
    pool = Pool(("What is: 17 * 23?", "What is 17 - 23?"))

    assert [one.place for one in pool.nearest("what is 17 \u00d7 23")] == [1]
    assert {one.place for one in pool.nearest("What is 17 + 23?")} == {0, 1}
