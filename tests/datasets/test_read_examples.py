"""A file is read to the letter."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples

LABELS = ("complaint", "praise")
GOOD = '{"id": "a", "input": "x y", "target": "praise"}\n'


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_jsonl_gives_examples_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = (
        '{"id": "b", "input": " kept as is\\n", "target": " praise ", "domain": "it", "more": 1}\n'
        "\n"
        '{"id": 7, "input": "zwei", "target": "one", "targets": ["1", "one", 1.50], "domain": null}'
    )
    path = put(tmp_path, "d.jsonl", lines)

    examples = read_examples(path, Columns(), ())

    assert examples == (
        Example("b", " kept as is\n", ("praise",), "it"),
        Example("7", "zwei", ("one", "1", "1.50"), ""),
    )


def test_csv_gives_the_same_examples_as_jsonl(tmp_path: Path) -> None:
    text = 'id,input,target,targets,domain\nb,"two\nlines, one ""cell""",1,one|uno,it\nc,x,2,,\n'
    path = put(tmp_path, "d.CSV", text)

    examples = read_examples(path, Columns(), ())

    assert examples == (
        Example("b", 'two\nlines, one "cell"', ("1", "one", "uno"), "it"),
        Example("c", "x", ("2",), ""),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_finds_its_separator(tmp_path: Path, delimiter: str, end: str) -> None:
    cells = [["input", "target"], ["no commas, no; rush" if delimiter == "\t" else "plain", "a"]]
    path = put(tmp_path, "d.csv", "".join(delimiter.join(row) + end for row in cells))

    examples = read_examples(path, Columns(), ())

    assert [(e.input, e.targets) for e in examples] == [(cells[1][0], ("a",))]


def test_ids_default_to_file_and_line(tmp_path: Path) -> None:
    jsonl = put(tmp_path, "notes.jsonl", '\n{"input": "x", "target": "a"}\n')
    csv = put(tmp_path, "rows.csv", 'input,target\n"x\ny",a\n\nz,b\n')

    from_jsonl = read_examples(jsonl, Columns(), ())
    from_csv = read_examples(csv, Columns(), ())

    assert [e.id for e in from_jsonl] == ["notes-2"]
    assert [e.id for e in from_csv] == ["rows-2", "rows-5"]


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    path = put(tmp_path, "d.csv", "key;text;label;group\n1;x;a;g\n")
    columns = Columns(id="key", input="text", target="label", domain="group")

    assert read_examples(path, columns, ()) == (Example("1", "x", ("a",), "g"),)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = put(tmp_path, "d.jsonl", b"\xef\xbb\xbf" + GOOD.encode())

    assert read_examples(path, Columns(), LABELS)[0].id == "a"


def test_awkward_characters_reach_the_example_unchanged(tmp_path: Path) -> None:
    text = "\u2028 {input} <|im_end|> \x1b[31m \x85 😀 \\u0041"
    path = put(tmp_path, "d.jsonl", json.dumps({"input": text, "target": "a"}, ensure_ascii=False))

    assert read_examples(path, Columns(), ())[0].input == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(str.strip))
def test_any_text_survives_jsonl(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    line = json.dumps({"input": text, "target": "a"}, ensure_ascii=False)
    path = put(tmp_path_factory.mktemp("d"), "d.jsonl", line)

    assert read_examples(path, Columns(), ())[0].input == text


def test_numbers_keep_their_spelling(tmp_path: Path) -> None:
    digits = "123456789012345678901234567890"
    path = put(tmp_path, "d.jsonl", f'{{"input": "x", "target": {digits}, "targets": [0.10]}}')

    assert read_examples(path, Columns(), ())[0].targets == (digits, "0.10")


@pytest.mark.parametrize(
    ("names", "words"),
    [({"id": " "}, "id is empty"), ({"target": "input"}, "input and target both name 'input'")],
)
def test_columns_that_cannot_be_meant_are_refused(names: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Columns(**names)
