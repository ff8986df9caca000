import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.labels import MAX_ALIASES, colliding
from fedbbpt.spaces.wording import Wording, wordings_for

SENTIMENT = ("negative", "positive")


def test_words_that_begin_differently_are_kept() -> None:
    wordings = wordings_for(SENTIMENT, [SENTIMENT, ("terrible", "great")])

    assert wordings.mode == "words"
    assert [choice.words for choice in wordings.choices] == [SENTIMENT, ("terrible", "great")]
    assert wordings.choices[1].spoken == "terrible or great"
    assert "first token" in wordings.reason


def test_without_words_the_labels_are_their_own() -> None:
    assert wordings_for(SENTIMENT, []).choices == (Wording(SENTIMENT),)
    assert wordings_for(SENTIMENT, [()]).choices == (Wording(SENTIMENT),)


def test_words_that_begin_alike_become_letters_and_it_is_said() -> None:
    labels = ("very positive", "very negative")

    wordings = wordings_for(labels, [()])

    assert wordings.mode == "letters"
    assert wordings.choices[0].words == ("A", "B")
    assert wordings.choices[0].spoken == "A (very positive), B (very negative)"
    assert "'very positive' and 'very negative'" in wordings.reason


def test_letters_stand_for_the_starts_own_words_not_for_the_labels() -> None:
    wordings = wordings_for(("0", "1"), [("not bad", "not good")])

    assert wordings.choices[0].spoken == "A (not bad), B (not good)"


def test_a_candidate_that_cannot_serve_is_dropped_and_said() -> None:
    candidates = [SENTIMENT, ("no", "not"), ("one",), ("yes", "YES"), ("", "good")]

    wordings = wordings_for(SENTIMENT, candidates)

    assert len(wordings.choices) == 1
    assert [line.split(": ")[0] for line in wordings.dropped] == [
        "no / not",
        "one",
        "yes / YES",
        " / good",
    ]
    assert "same token" in wordings.dropped[0]
    assert "1 words for 2 labels" in wordings.dropped[1]


def test_a_candidate_said_before_is_no_second_choice() -> None:
    wordings = wordings_for(SENTIMENT, [SENTIMENT, SENTIMENT, ("a", "b"), ("a", "b")])

    assert len(wordings.choices) == 2


def test_other_words_may_serve_where_the_starts_become_letters() -> None:
    wordings = wordings_for(("very bad", "very good"), [(), ("terrible", "great")])

    assert [choice.words for choice in wordings.choices] == [("A", "B"), ("terrible", "great")]


def test_generated_answers_keep_words_that_begin_alike() -> None:
    labels = ("very positive", "very negative")

    wordings = wordings_for(labels, [(), ("really good", "really bad")], generate=True)

    assert wordings.mode == "generate"
    assert [choice.words for choice in wordings.choices] == [labels, ("really good", "really bad")]


def test_26_colliding_labels_become_letters_and_27_are_generated() -> None:
    labels = tuple(f"class {number:02}" for number in range(MAX_ALIASES + 1))

    few, many = wordings_for(labels[:-1], []), wordings_for(labels, [])

    assert few.mode == "letters"
    assert few.choices[0].words[-1] == "Z"
    assert many.mode == "generate"
    assert many.choices == (Wording(labels),)
    assert "27 labels are more than the 26 letters" in many.reason


def test_many_labels_that_begin_differently_need_no_letters() -> None:
    labels = tuple(f"{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(40))

    assert wordings_for(labels, []).mode == "words"


def test_a_task_without_labels_has_one_empty_wording() -> None:
    wordings = wordings_for((), [("a", "b")])

    assert wordings.choices == (Wording(()),)
    assert "no labels" in wordings.reason


@pytest.mark.parametrize("words", [("one",), ("same", "Same"), ("", "good"), ("{input}", "good")])
def test_a_starts_own_words_that_cannot_serve_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^words: .*; give one word for each of negative"):
        wordings_for(SENTIMENT, [words])


texts = st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1).filter(str.strip)
label_sets = st.lists(texts, min_size=2, max_size=30, unique_by=lambda t: t.strip().casefold())


@given(label_sets, st.lists(label_sets, max_size=3))
def test_whatever_the_words_a_first_token_tells_them_apart_or_it_is_said(
    labels: list[str], others: list[list[str]]
) -> None:
    wordings = wordings_for(labels, [(), *(tuple(other) for other in others)])

    assert wordings.mode in {"words", "letters", "generate"}
    for choice in wordings.choices:
        assert len(choice.words) == len(labels)
        assert wordings.mode == "generate" or not colliding(choice.words)
    if wordings.mode == "letters":
        assert wordings.choices[0].meanings == tuple(labels)
