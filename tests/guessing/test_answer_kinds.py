"""Closed labels, numbers and free text are told apart, with what this version makes of them."""

from collections.abc import Sequence

import pytest

from fedbbpt.data import Example
from fedbbpt.errors import DataError
from fedbbpt.guessing.answers import Answers, answers_of


def answers(targets: Sequence[str]) -> Answers:
    made = [Example(str(i), f"text {i}", (target,)) for i, target in enumerate(targets)]
    return answers_of(made, "label")


def test_labels_stand_in_order_with_their_counts() -> None:
    found = answers(["spam"] * 30 + ["ham"] * 60)

    assert found.kind == "closed"
    assert list(found.counts.items()) == [("ham", 60), ("spam", 30)]
    assert found.wordings.mode == "words"
    assert not found.notes


def test_ratings_are_labels_in_the_order_of_numbers() -> None:
    found = answers(["10", "9", "2"] * 10)

    assert found.labels == ("2", "9", "10")


def test_many_numbers_are_no_labels() -> None:
    found = answers([str(n % 50) for n in range(500)])

    assert found.kind == "numbers"
    assert found.labels == ()
    assert "near the right one count as wrong" in found.notes[-1]


def test_free_text_is_scored_by_exact_match_and_long_text_warned_about() -> None:
    short = answers([f"name {n}" for n in range(60)])
    long = answers(
        [f"an answer that goes on and on, for the {n}th time at least" for n in range(60)]
    )

    assert (short.kind, long.kind) == ("free", "free")
    assert len(long.notes) == len(short.notes) + 1
    assert long.max_tokens > short.max_tokens == 12


def test_labels_that_begin_alike_are_mentioned() -> None:
    found = answers(["very good", "very bad"] * 20)

    assert found.wordings.mode == "letters"
    assert "labels that collide: 'very bad' and 'very good'" in found.notes[0]


def test_more_labels_than_letters_that_begin_alike_are_generated() -> None:
    found = answers([f"intent {n % 150}" for n in range(600)])

    assert found.kind == "closed"
    assert found.wordings.mode == "generate"


def test_lopsided_and_rare_labels_are_mentioned() -> None:
    found = answers(["ham"] * 97 + ["spam"] * 3)

    assert "always answering 'ham' is already right on 97%" in found.notes[0]
    assert "'spam'" in found.notes[1]


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["yes"] * 40, "same value on every row"),
        (["Yes", "yes"] * 20, "differ in capitals or spacing only"),
    ],
)
def test_answers_that_teach_nothing_are_refused(targets: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        answers(targets)
