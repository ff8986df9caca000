"""A text stands in one place only."""

import unicodedata
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.splits import deduplicate, drop_across, normalised


def ids(examples: Iterable[Example]) -> list[str]:
    return [example.id for example in examples]


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)

    assert normalised(once) == once
    assert normalised(f"  {text}\t") == once
    assert normalised(unicodedata.normalize("NFC", text)) == once


def test_texts_that_differ_in_case_space_or_composition_are_repeats() -> None:
    examples = [
        Example("b", "Café  Noir", ("x",)),
        Example("a", "cafe\u0301 noir\n", ("y",)),
        Example("c", "cafe noir", ("x",)),
    ]

    kept = deduplicate(examples)

    assert ids(kept.examples) == ["a", "c"]
    assert kept.dropped == 1
    assert deduplicate(kept.examples).dropped == 0


def test_a_text_stands_in_one_role_only_and_the_sealed_test_keeps_it() -> None:
    train = [Example(f"t{i}", text, ("x",)) for i, text in enumerate(["one", "TWO", "three"])]
    dev = [Example("d0", "two", ("x",)), Example("d1", "four", ("x",)), Example("d2", "5", ("x",))]
    test = [Example("s1", "Four ", ("x",)), Example("s0", "six", ("x",))]

    separated = drop_across(train, dev, test)

    assert ids(separated.train) == ["t0", "t2"]
    assert ids(separated.dev) == ["d0", "d2"]
    assert ids(separated.test) == ["s0", "s1"]
    assert separated.dropped == {"train": 1, "dev": 1, "test": 0}
