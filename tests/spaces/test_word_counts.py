import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.spaces.word_counts import WordCounts, chosen_words, count_words, pooled

LISTED = ("not", "good", "very", "bad", "the")


def test_only_listed_words_in_enough_examples_are_reported() -> None:
    texts = ["The secret plan is good", "Secret: very GOOD", "secret", "good good good"]

    found = count_words(texts, LISTED, floor=3)

    assert dict(found.words) == {"good": 3}
    assert dict(found.pairs) == {}
    assert found.examples == 4


def test_a_word_repeated_in_one_example_counts_once() -> None:
    found = count_words(["bad " * 50, "bad"], LISTED, floor=2)

    assert dict(found.words) == {"bad": 2}


def test_pairs_are_of_listed_neighbours() -> None:
    found = count_words(["very good", "a very good one", "very, truly good"], LISTED, floor=2)

    assert dict(found.pairs) == {"very good": 2}


@pytest.mark.parametrize("floor", [1, 0, -3])
def test_a_floor_that_names_one_examples_words_is_refused(floor: int) -> None:
    with pytest.raises(ValueError, match="below 2; it would name the words of one example"):
        count_words(["good"], LISTED, floor)


def test_pairs_that_belong_together_come_first_and_words_count_outside_of_them() -> None:
    counts = WordCounts({"not": 10, "good": 12, "the": 90}, {"not good": 9, "the good": 11}, 100)

    assert chosen_words(counts, 10) == ("not good", "the", "good")
    assert chosen_words(counts, 10, floor=4) == ("not good", "the")
    assert chosen_words(counts, 1) == ("not good",)


def test_a_word_that_clings_to_no_neighbour_ranks_by_no_frequency() -> None:
    counts = WordCounts(
        {"the": 90, "new": 10, "in": 40, "bad": 9}, {"in the": 9, "the new": 10}, 100
    )

    ranked = chosen_words(counts, 10)

    assert ranked == ("new", "bad", "the", "in")


def test_equals_are_ordered_by_frequency_then_by_alphabet() -> None:
    assert chosen_words(WordCounts({"b": 2, "a": 2, "c": 3}, {}, 5), 3) == ("c", "a", "b")


@given(
    st.dictionaries(st.sampled_from(LISTED), st.integers(2, 50), min_size=1),
    st.dictionaries(
        st.tuples(st.sampled_from(LISTED), st.sampled_from(LISTED)).map(" ".join),
        st.integers(2, 50),
    ),
    st.integers(2, 6),
)
def test_every_entry_was_reported_and_a_longer_list_begins_with_the_shorter(
    words: dict[str, int], pairs: dict[str, int], size: int
) -> None:
    counts = WordCounts(words, pairs, 60)

    ranked = chosen_words(counts, 100)

    assert set(ranked) <= {*words, *pairs}
    assert len(set(ranked)) == len(ranked)
    assert chosen_words(counts, size) == ranked[:size]


@given(st.lists(st.lists(st.sampled_from(LISTED), max_size=4), max_size=12), st.integers(1, 11))
def test_two_owners_together_report_what_one_with_all_would_without_a_floor(
    rows: list[list[str]], cut: int
) -> None:
    texts = [" ".join(row) for row in rows] * 2  # every word in two examples: none below the floor
    doubled = [*texts[:cut], *texts[:cut]], [*texts[cut:], *texts[cut:]]

    apart = [count_words(hand, LISTED, 2) for hand in doubled]
    together = count_words([*doubled[0], *doubled[1]], LISTED, 2)

    assert pooled(apart) == together
    assert pooled(apart[::-1]) == together
