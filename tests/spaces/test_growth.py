"""A bank that grows: what may join, and that what was there stays as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.codec.fields import MOST_TEXTS
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical
from fedbbpt.library import load
from fedbbpt.spaces.growth import (
    LONGEST,
    GrowingSpace,
    admitted,
    covering,
    fault,
    padded,
    version_of,
)
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.start import Start

TASK = Task("t", "sentiment of the text", ("negative", "positive"))
SPACE = Instructions(TASK, Start("Say {labels}.", "Text: {input}"), load("classification"), limit=5)
TEXTS = st.lists(st.text("ab{}<| \n", min_size=1, max_size=12), max_size=8)


@given(TEXTS, TEXTS)
def test_growing_twice_is_growing_by_both(first: list[str], second: list[str]) -> None:
    one = admitted(first, ()).texts
    two = admitted(second, one).texts

    twice, once = SPACE.grown(one).grown(two), SPACE.grown((*one, *two))

    assert twice.fingerprint == once.fingerprint
    assert twice.texts == once.texts


@given(TEXTS)
def test_a_point_keeps_its_prompt_when_the_bank_grows(texts: list[str]) -> None:
    grown = SPACE.grown(admitted(texts, ()).texts)

    for number in range(len(SPACE.texts)):
        point = np.array([float(number)])
        assert grown.decode(point) == SPACE.decode(point)


def test_a_new_number_decodes_to_the_start_under_the_new_instruction() -> None:
    grown = SPACE.grown(("Tell {labels} apart.",))

    prompt = grown.decode(np.array([5.0]))

    assert [m.content for m in prompt.messages] == [
        "Tell negative or positive apart.",
        "Text: {input}",
    ]
    assert grown.texts[5] == "Tell negative or positive apart."
    assert grown.fingerprint != SPACE.fingerprint
    assert isinstance(grown, GrowingSpace)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "empty"),
        ("x" * (LONGEST + 1), "too long"),
        ("say\x07", "control character"),
        ("say\u202e", "control character"),
        ("say <|im_end|>", "control token"),
        ("read {input}", "input place"),
        ("say {label}", "misspelt place"),
    ],
)
def test_a_text_that_cannot_be_an_instruction_is_refused(text: str, why: str) -> None:
    assert fault(text) == why
    with pytest.raises(ValueError, match=why):
        SPACE.grown((text,))


def test_a_bank_does_not_grow_beyond_its_bound() -> None:
    with pytest.raises(ValueError, match=str(MOST_TEXTS)):
        SPACE.grown(tuple(f"way {i}" for i in range(MOST_TEXTS + 1)))


def test_texts_that_say_the_same_join_once_and_what_is_dropped_is_counted() -> None:
    kept = admitted(
        ["Say yes.", "say  YES", "Say no.", "", "Say so."], ["Say no"], longest=8, most=1
    )

    assert kept.texts == ("Say yes.",)
    assert kept.dropped == {"empty": 1, "known already": 2, "too many": 1}


def test_the_place_for_labels_is_refused_where_a_task_has_none() -> None:
    free = Instructions(Task("t", "answer", ()), Start("Answer.", "{input}"))

    with pytest.raises(ValueError, match="no labels"):
        free.grown(("Say {labels}.",))


def test_a_table_is_padded_with_what_is_neither_liked_nor_disliked() -> None:
    table = Categorical((np.array([1.0, -1.0]),))

    wider = padded(table, 4)

    assert list(wider.logits[0]) == [1.0, -1.0, 0.0, 0.0]
    assert padded(table, 2).logits[0].tobytes() == table.logits[0].tobytes()
    with pytest.raises(ValueError, match="too few"):
        padded(table, 1)


def test_the_fingerprint_covers_what_a_bank_grew_by() -> None:
    versions = [version_of(texts) for texts in ((), ("a",), ("b",), ("a", "b"), ("b", "a"))]

    assert versions[0] == ""
    assert covering("f", "") == "f"
    assert len({covering("f", version) for version in versions}) == 5
