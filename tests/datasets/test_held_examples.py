"""Examples in memory are held to the rules of a file, and named by owner and place."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.held import Entry, held_examples
from fedbbpt.datasets.reading import read_examples
from fedbbpt.errors import DataError

LABELS = ("complaint", "praise")


def held(entries: Iterable[Entry], labels: tuple[str, ...] = ()) -> tuple[Example, ...]:
    return held_examples("north", entries, Columns(), labels)


def refused(entries: Any, labels: tuple[str, ...] = ()) -> str:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(DataError) as caught:
        held(entries, labels)
    message = str(caught.value)
    assert message.startswith("data['north']")
    return message


def test_examples_and_mappings_may_stand_side_by_side() -> None:
    given_examples: list[Entry] = [
        Example("a", " x\n", ("one", "1"), "it"),
        {"input": "y", "target": " two ", "targets": ["2"], "domain": "hr"},
        {"input": "z", "targets": ("three", 3)},
    ]

    assert held(given_examples) == (
        Example("a", " x\n", ("one", "1"), "it"),
        Example("north-2", "y", ("two", "2"), "hr"),
        Example("north-3", "z", ("three", "3")),
    )


def test_an_iterator_is_read_once() -> None:
    examples = held({"input": f"x {n}", "target": n} for n in range(3))

    assert [e.targets[0] for e in examples] == ["0", "1", "2"]


def test_numbers_keep_their_plain_literal() -> None:
    numbers = [7, 0.1, 2.0, Decimal("1.50"), np.int64(3), np.float32(0.1), np.float64(2.5)]

    examples = held({"input": f"x {n}", "target": number} for n, number in enumerate(numbers))

    assert [e.targets[0] for e in examples] == ["7", "0.1", "2.0", "1.50", "3", "0.1", "2.5"]


def test_columns_may_have_other_names() -> None:
    columns = Columns(input="text", target="label")

    examples = held_examples(
        "north", [{"text": "x", "label": "a"}, Example("b", "y", ("c",))], columns, ()
    )

    assert [(e.input, e.targets) for e in examples] == [("x", ("a",)), ("y", ("c",))]


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "input": st.text(st.characters(codec="utf-8", exclude_characters="\0")),
                "target": st.text(st.characters(codec="utf-8")) | st.integers() | st.booleans(),
            },
            optional={"targets": st.lists(st.integers() | st.none()), "id": st.integers(0, 3)},
        ),
        min_size=1,
        max_size=4,
    )
)
def test_memory_and_file_give_the_same_examples_or_the_same_refusal(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("d") / "north.jsonl"
    path.write_text("".join(f"{json.dumps(e)}\n" for e in entries), encoding="utf-8")

    def outcome(read: Any) -> object:  # noqa: ANN401 - a call without arguments
        try:
            return read()
        except DataError as error:
            return str(error).replace(str(path), "data['north']").replace("line", "entry")

    assert outcome(lambda: held(entries)) == outcome(lambda: read_examples(path, Columns(), ()))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"input": " ", "target": "a"}, "entry 2: 'input' is empty; fill it or remove the entry"),
        ({"input": "x"}, "entry 2: no column 'target' (present: 'input')"),
        (
            {"input": "x", "targets": []},
            "entry 2: no column 'target'; did you mean 'targets'?",
        ),
        ({"inptu": "x", "target": "a"}, "entry 2: no column 'input'; did you mean 'inptu'?"),
        ({"input": 5, "target": "a"}, "entry 2: 'input' is no text"),
        ({"input": "x", "target": float("nan")}, "entry 2: 'target' is neither text nor number"),
        ({"input": "x", "target": float("inf")}, "entry 2: 'target' is neither text nor number"),
        ({"input": "x", "target": None}, "entry 2: 'target' is neither text nor number"),
        ({"input": "x", "target": b"a"}, "entry 2: 'target' is neither text nor number"),
        ({"input": "x", "target": "a", "targets": "b"}, "entry 2: 'targets' is no list"),
        ({"id": "north-1", "input": "x", "target": "a"}, "'north-1' stands already on entry 1"),
        ("a.jsonl", "entry 2: not an example but a str"),
        (Example("b", "", ("a",)), "entry 2: 'input' is empty"),
    ],
)
def test_a_bad_entry_is_refused_by_owner_and_place(entry: object, words: str) -> None:
    assert words in refused([{"input": "x", "target": "a"}, entry])


def test_a_foreign_label_is_refused_with_the_set() -> None:
    entries = [{"input": "x", "target": "prase"}]

    assert "entry 1: 'prase' is no label; did you mean 'praise'?" in refused(entries, LABELS)


@pytest.mark.parametrize("entries", ["a.jsonl", {"input": "x", "target": "a"}, 7, None])
def test_what_is_no_list_is_refused(entries: object) -> None:
    assert "not a list of examples but a " in refused(entries)


def test_an_error_never_quotes_an_input() -> None:
    secret = "patient 4711 was unhappy"

    assert secret not in refused([{"input": secret, "target": "x"}], LABELS)
    assert secret not in refused([secret])
    assert secret not in refused(secret)


def test_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    held([{"input": "x", "target": "a"}])

    assert list(tmp_path.iterdir()) == []
