"""A Parquet file says what the same JSONL file says."""

import datetime
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.errors import DataError

pa = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")

TABLE: dict[str, list[object]] = {
    "id": ["b", "c"],
    "input": [" kept as is\n", "zwei"],
    "target": [" praise ", "one"],
    "targets": [["1", "one"], None],
    "domain": ["it", None],
}


def write(folder: Path, columns: Mapping[str, object], types: object = None) -> Path:
    path = folder / "north.parquet"
    pq.write_table(pa.table(columns, schema=types), path)
    return path


def refused(path: Path, columns: Columns | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_examples(path, columns or Columns(), ())
    return str(caught.value)


def test_a_parquet_file_gives_what_jsonl_gives(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    lines = tmp_path / "north.jsonl"
    records = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]
    lines.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")

    examples = read_examples(path, Columns(), ())

    assert examples == read_examples(lines, Columns(), ())
    assert examples == (
        Example("b", " kept as is\n", ("praise", "1", "one"), "it"),
        Example("c", "zwei", ("one",), ""),
    )


def test_numbers_keep_their_plain_literal(tmp_path: Path) -> None:
    columns = {"id": [9007199254740993, 2], "input": ["x", "y"], "target": [0.1, 2.0]}
    single = pa.schema([("id", pa.int64()), ("input", pa.string()), ("target", pa.float32())])

    double = read_examples(write(tmp_path, columns), Columns(), ())
    narrow = read_examples(write(tmp_path, columns, single), Columns(), ())

    assert [e.targets[0] for e in double] == ["0.1", "2.0"]
    assert narrow == double
    assert double[0].id == "9007199254740993"


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
def test_whole_numbers_lose_no_digit(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    texts = [f"text {place}" for place in range(len(numbers))]
    path = write(tmp_path_factory.mktemp("d"), {"input": texts, "target": numbers})

    examples = read_examples(path, Columns(), ())

    assert [e.targets[0] for e in examples] == list(map(str, numbers))


def test_rows_without_an_id_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, {"input": ["x", "y"], "target": ["a", "b"]})

    assert [e.id for e in read_examples(path, Columns(), ())] == ["north-1", "north-2"]


def test_dates_are_text_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    table = pa.table(
        {
            "input": ["x"],
            "target": ["a"],
            "domain": [datetime.date(2024, 2, 29)],
            "at": pa.array([1], pa.timestamp("ns")),
            "zoned": pa.array([1], pa.timestamp("ns", tz="Europe/Rome")),
            "took": pa.array([1], pa.duration("ns")),
            "bytes": [b"\xff"],
            "missing": [float("nan")],
        }
    )
    path = tmp_path / "north.parquet"
    pq.write_table(table, path)

    assert read_examples(path, Columns(), ()) == (Example("north-1", "x", ("a",), "2024-02-29"),)


def test_class_numbers_noted_by_the_datasets_library_become_names(tmp_path: Path) -> None:
    classes = {"_type": "ClassLabel", "names": ["complaint", "praise"]}
    features = {"target": classes, "targets": {"_type": "List", "feature": classes}}
    note = json.dumps({"info": {"features": features}})
    table = pa.table({"input": ["x", "y"], "target": [1, 0], "targets": [[0], []]})
    path = tmp_path / "north.parquet"
    pq.write_table(table.replace_schema_metadata({"huggingface": note}), path)

    examples = read_examples(path, Columns(), ("complaint", "praise"))

    assert [e.targets for e in examples] == [("praise", "complaint"), ("complaint",)]


def test_a_category_is_its_text(tmp_path: Path) -> None:
    categories = pa.array(["a", "b", "a"]).dictionary_encode()
    path = write(tmp_path, {"input": ["x", "y", "z"], "target": categories})

    assert [e.targets[0] for e in read_examples(path, Columns(), ())] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"input": ["x", " "], "target": ["a", "a"]}, "row 2: 'input' is empty; fill it or"),
        ({"input": ["x", None], "target": ["a", "a"]}, "row 2: 'input' is no text"),
        ({"input": [1], "target": ["a"]}, "row 1: 'input' is no text"),
        ({"input": ["x"], "target": [float("nan")]}, "row 1: 'target' is neither text nor number"),
        ({"input": ["x"], "target": [float("inf")]}, "row 1: 'target' is neither text nor number"),
        ({"input": ["x"], "target": [True]}, "row 1: 'target' is neither text nor number"),
        ({"input": ["x"], "target": [{"a": 1}]}, "row 1: 'target' is neither text nor number"),
        ({"input": ["x"], "target": [b"a"]}, "row 1: 'target' is neither text nor number"),
        ({"input": ["x"], "target": ["a"], "targets": ["b"]}, "row 1: 'targets' is no list"),
        ({"text": ["x"], "target": ["a"]}, "row 1: no column 'input' (present: 'target', 'text')"),
        ({"id": [1, 1], "input": ["x", "y"], "target": ["a", "a"]}, "stands already on row 1"),
        ({"input": [], "target": []}, "no example in it"),
    ],
)
def test_a_bad_row_is_refused_by_number(
    tmp_path: Path, columns: Mapping[str, object], words: str
) -> None:
    path = write(tmp_path, columns)

    message = refused(path)

    assert message.startswith(str(path))
    assert words in message


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["x"]), pa.array(["a"])], names=["input", "input"])
    path = tmp_path / "north.parquet"
    pq.write_table(table, path)

    assert "'input' stands twice" in refused(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"input,target\nx,a\n"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "north.parquet"
    path.write_bytes(content)

    assert "not Parquet (" in refused(path)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE)
    path.write_bytes(path.read_bytes()[:-100] + b"PAR1")

    assert "not Parquet (" in refused(path)


def test_a_note_that_is_not_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "north.parquet"
    pq.write_table(pa.table(TABLE).replace_schema_metadata({"huggingface": "{"}), path)

    assert "the note 'huggingface' in it is not JSON" in refused(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "many.parquet"
    folder.mkdir()

    assert "no such file" in refused(tmp_path / "gone.parquet")
    assert "it is a folder" in refused(folder)


def test_without_the_library_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, TABLE)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    message = refused(path)

    assert "needs pyarrow, which is not installed" in message
    assert 'pip install "fedbbpt[parquet]"' in message
