"""Label words: which of them a first token cannot tell apart, and how they are spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.labels import MAX_ALIASES, collide, colliding, letters, spoken_list

words = st.text("abAB é", max_size=6)


@given(words, words)
def test_colliding_is_mutual(first: str, second: str) -> None:
    assert collide(first, second) == collide(second, first)


@given(words, words)
def test_a_word_collides_with_itself_and_with_all_that_begin_with_it(first: str, rest: str) -> None:
    assert collide(first, first)
    assert collide(first, first.rstrip() + rest)


@given(words, words)
def test_case_and_outer_space_tell_no_words_apart(first: str, second: str) -> None:
    assert collide(first, second) == collide(f" {first.upper()} ", second)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("yes", "no", False),
        ("positive", "negative", False),
        ("very good", "very bad", True),
        ("to me", "to you", True),
        ("sport", "spot", True),
        ("world", "business", False),
        ("", "anything", True),
    ],
)
def test_words_with_the_same_beginning_collide(first: str, second: str, expected: bool) -> None:
    assert collide(first, second) is expected


def test_every_colliding_pair_is_named_once_and_in_order() -> None:
    assert colliding(["negative", "yes", "negate", "neg"]) == (
        ("negative", "negate"),
        ("negative", "neg"),
        ("negate", "neg"),
    )


@pytest.mark.parametrize("count", [0, 1, 5, MAX_ALIASES])
def test_letters_are_distinct_and_never_collide(count: int) -> None:
    aliases = letters(count)

    assert len(set(aliases)) == count
    assert colliding(aliases) == ()


def test_there_are_no_more_aliases_than_letters() -> None:
    with pytest.raises(ValueError, match="27 labels are more than the 26 letters"):
        letters(MAX_ALIASES + 1)


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [([], ""), (["red"], "red"), (["red", "blue"], "red or blue"), (["a", "b", "c"], "a, b or c")],
)
def test_a_choice_is_spoken_as_people_do(spoken: list[str], expected: str) -> None:
    assert spoken_list(spoken) == expected
