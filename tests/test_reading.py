import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import LabelScores, Text, Unreadable
from fedbbpt.completions import TokenLogprob
from fedbbpt.data import Example
from fedbbpt.reading import (
    LEAST,
    accepted,
    bare,
    read_free_text,
    read_label_scores,
    read_label_text,
)

LABELS = ("pos", "neg")
WORDS = ("positive", "negative")


def tokens(**probabilities: float) -> tuple[TokenLogprob, ...]:
    return tuple(TokenLogprob(token, math.log(p)) for token, p in probabilities.items())


def scores(*pairs: tuple[str, float], words: tuple[str, ...] = WORDS) -> LabelScores:
    first = tuple(TokenLogprob(token, logprob) for token, logprob in pairs)
    read = read_label_scores([f"label {word}" for word in words], words, first)
    assert isinstance(read, LabelScores)
    return read


@pytest.mark.parametrize(
    "token",
    ["positive", " Positive", "POS", "p", "▁positive", "Ġpos", '"positive', "**Pos", "positive."],
)
def test_a_token_that_begins_or_ends_a_word_counts_for_it(token: str) -> None:
    first = (TokenLogprob(token, -0.5), TokenLogprob("neg", -2.0))

    read = read_label_scores(LABELS, WORDS, first)

    assert read == LabelScores(LABELS, (-0.5, -2.0), (False, False))


def test_the_mass_of_all_spellings_of_a_word_is_added() -> None:
    first = tokens(positive=0.5, Positive=0.2, pos=0.1, negative=0.15)

    read = read_label_scores(LABELS, WORDS, first)

    assert isinstance(read, LabelScores)
    assert np.exp(read.log_probs) == pytest.approx([0.8, 0.15])


def test_a_token_that_fits_two_words_counts_for_neither() -> None:
    read = scores(("very", -0.1), (" very good", -3.0), words=("very good", "very bad"))

    assert read.log_probs == (-3.0, -4.0)
    assert read.floored == (False, True)


def test_a_longer_token_counts_only_where_the_word_ends() -> None:
    read = scores(("Answer", -0.1), ("A", -1.0), ("B)", -2.0), words=("A", "B"))

    assert read.log_probs == (-1.0, -2.0)


def test_a_sign_is_part_of_the_word_before_it_is_a_mark() -> None:
    read = scores(("-1", -0.5), ("1", -1.0), ("-", -3.0), words=("1", "-1"))

    assert read.log_probs[0] == -1.0
    assert read.log_probs[1] == pytest.approx(math.log(math.exp(-0.5) + math.exp(-3.0)))


def test_a_word_nobody_named_gets_the_floor() -> None:
    read = scores(("positive", -0.2), ("maybe", -6.0))

    assert read.log_probs == (-0.2, -7.0)
    assert read.floored == (False, True)


@pytest.mark.parametrize("first", [(), tokens(maybe=0.7, perhaps=0.2), tokens(**{" ": 0.5})])
def test_an_answer_without_any_label_is_unreadable(first: tuple[TokenLogprob, ...]) -> None:
    read = read_label_scores(LABELS, WORDS, first)

    assert isinstance(read, Unreadable)


def test_endless_log_probabilities_are_cut_or_left_out() -> None:
    read = scores(("positive", -9999.0), ("negative", -0.1), ("neg", -math.inf))

    assert read.log_probs == (LEAST, -0.1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pos", "positive", " neg", "n", "the", '"', "", "Negative!"]),
            st.floats(-50, 0),
        ),
        max_size=8,
    )
)
def test_a_floored_label_never_beats_a_named_one(pairs: list[tuple[str, float]]) -> None:
    first = [TokenLogprob(token, logprob) for token, logprob in pairs]

    read = read_label_scores(LABELS, WORDS, first)

    if isinstance(read, LabelScores):
        named = [s for s, f in zip(read.log_probs, read.floored, strict=True) if not f]
        floors = [s for s, f in zip(read.log_probs, read.floored, strict=True) if f]
        assert named
        assert all(floor <= min(named) - 1.0 + 1e-12 for floor in floors)
        assert all(math.isfinite(score) for score in read.log_probs)


@pytest.mark.parametrize("words", [("yes",), ("yes", "Yes "), ("yes", " ")])
def test_words_that_do_not_name_the_labels_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="words"):
        read_label_scores(LABELS, words, ())
    with pytest.raises(ValueError, match="words"):
        read_label_text(LABELS, words, "yes")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("positive", "pos"),
        ("  **Negative.** ", "neg"),
        ("The review is clearly positive, I think.", "pos"),
        ("Positive. Yes: positive!", "pos"),
        ("Answer:\nnegative", "neg"),
    ],
)
def test_a_text_names_the_one_label_it_holds(text: str, label: str) -> None:
    assert read_label_text(LABELS, WORDS, text) == Text(label)


@pytest.mark.parametrize("text", ["", "  ", "positive or negative", "positively", "neutral"])
def test_a_text_that_names_no_label_or_two_is_unreadable(text: str) -> None:
    assert read_label_text(LABELS, WORDS, text) == Unreadable(text)


def test_the_longest_of_overlapping_words_counts() -> None:
    read = read_label_text(("1", "2"), ("good", "very good"), "I call it very  good indeed.")

    assert read == Text("2")


@pytest.mark.parametrize(
    ("text", "label"), [("a", "x"), ("(B)", "y"), ("This is a review, so B", "y")]
)
def test_inside_a_text_a_letter_counts_in_its_own_case_only(text: str, label: str) -> None:
    assert read_label_text(("x", "y"), ("A", "B"), text) == Text(label)


@pytest.mark.parametrize(("text", "word"), [("It is C++, no doubt", "C++"), ("so .5 it is", ".5")])
def test_a_word_may_hold_signs(text: str, word: str) -> None:
    assert read_label_text(("C++", ".5"), ("C++", ".5"), text) == Text(word)


@given(st.sampled_from(WORDS), st.sampled_from(["", " ", "**", '"', "\n"]))
def test_a_word_alone_is_read_back_whatever_surrounds_it(word: str, around: str) -> None:
    read = read_label_text(WORDS, WORDS, around + word.upper() + around)

    assert read == Text(word)


def test_scripts_without_spaces_are_read_too() -> None:
    words = ("\u79ef\u6781", "\u6d88\u6781")

    read = read_label_text(LABELS, words, "\u8fd9\u662f\u6d88\u6781\u7684\u3002")

    assert read == Text("neg")
    assert scores((words[0] + "\u7684", -0.5), words=words).log_probs == (-0.5, -1.5)


def test_a_free_text_is_kept_without_the_space_around_it() -> None:
    assert read_free_text(" 42 apples\n") == Text("42 apples")
    assert read_free_text(" \n") == Unreadable(" \n")


@given(st.text())
def test_cutting_marks_never_leaves_nothing_of_something(text: str) -> None:
    assert bool(bare(text)) == bool(text)


def test_each_example_accepts_the_labels_among_its_targets() -> None:
    examples = [
        Example("1", "", ("Neg",)),
        Example("2", "", ("pos", "neg")),
        Example("3", "", ("x",)),
    ]

    chosen = accepted(LABELS, examples)

    assert chosen.tolist() == [[False, True], [True, True], [False, False]]
    assert accepted(LABELS, []).shape == (0, 2)
