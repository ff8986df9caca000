"""A file that cannot be used is refused with its line and a remedy."""

import json
from pathlib import Path

import pytest

from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.errors import DataError

LABELS = ("complaint", "praise")
GOOD = '{"id": "a", "input": "x y", "target": "praise"}\n'


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, labels: tuple[str, ...] = (), columns: Columns | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_examples(path, columns or Columns(), labels)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.jsonl")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "d.jsonl"
    folder.mkdir()

    assert "cannot be read" in refused(folder)


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    assert "give a .jsonl or .csv file" in refused(put(tmp_path, "d.docx", "x"))
    assert "save it as CSV" in refused(put(tmp_path, "d.xlsx", "x"))
    assert "'.parquet.gz' is not read" in refused(put(tmp_path, "d.parquet.gz", "x"))


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["d.jsonl", "d.csv"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert "empty" in refused(put(tmp_path, name, content))


def test_a_header_alone_holds_no_example(tmp_path: Path) -> None:
    assert "no example" in refused(put(tmp_path, "d.csv", "input,target\n"))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_other_encodings_are_refused_with_the_offset(tmp_path: Path, mark: bytes) -> None:
    before = mark + GOOD.encode() + b'{"input": "caf'
    path = put(tmp_path, "d.jsonl", before + b'\xe9", "target": "a"}\n')

    message = refused(path)

    assert f"line 2: not UTF-8 at byte offset {len(before)}; convert" in message


def test_utf_16_is_recognised(tmp_path: Path) -> None:
    marked = put(tmp_path, "a.csv", "input,target\nx,a\n".encode("utf-16"))
    bare = put(tmp_path, "b.csv", "input,target\nx,a\n".encode("utf-16-le"))

    assert "not UTF-8 at byte offset 0" in refused(marked)
    assert "NUL byte; if the file is UTF-16" in refused(bare)


def test_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    path = put(tmp_path, "d.csv", "input,target\nx,a\ny\0,b\n")

    assert "line 3: a NUL byte" in refused(path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"input": "x", "target": "a"', "not JSON at column"),
        ('{"input": "x", "target": "a"} {}', "not JSON at column"),
        ("plain words", "not JSON at column 1"),
        ('["x", "a"]', "not an object but a list"),
        ('"x"', "not an object but a text"),
        ("3", "not an object but a number"),
        ("true", "not an object but a truth value"),
        ("null", "not an object but null"),
        ("[" * 100_000, "nested too deep"),
        ('{"input": "x", "target": NaN}', "NaN is no value"),
        ('{"input": "x", "target": -Infinity}', "-Infinity is no value"),
        ('{"input": "x", "target": "a", "input": "y"}', "'input' stands twice"),
        ('{"inptu": "x", "target": "a"}', "no column 'input'; did you mean 'inptu'?"),
        ('{"text": "x", "target": "a"}', "no column 'input' (present: 'target', 'text')"),
        ("{}", "no column 'target' (present: none)"),
        ('{"input": "x"}', "no column 'target' (present: 'input')"),
        ('{"input": " \\n", "target": "a"}', "'input' is empty"),
        ('{"input": 5, "target": "a"}', "'input' is no text"),
        ('{"input": null, "target": "a"}', "'input' is no text"),
        ('{"input": "x", "target": " "}', "'target' is empty"),
        ('{"input": "x", "target": null}', "'target' is neither text nor number"),
        ('{"input": "x", "target": true}', "'target' is neither text nor number"),
        ('{"input": "x", "target": ["a"]}', "'target' is neither text nor number"),
        ('{"input": "x", "target": "a", "targets": "b"}', "'targets' is no list"),
        ('{"input": "x", "target": "a", "targets": [""]}', "'targets' is empty"),
        ('{"input": "x", "target": "a", "targets": [{}]}', "'targets' is neither"),
        ('{"input": "x", "target": "a", "id": {}}', "'id' is neither text nor number"),
        ('{"input": "x\\u0000", "target": "a"}', "'input' holds a NUL character"),
        ('{"input": "x", "target": "\\ud800"}', "'target' holds half a surrogate pair"),
    ],
)
def test_a_bad_jsonl_line_is_refused_by_number(tmp_path: Path, line: str, words: str) -> None:
    path = put(tmp_path, "d.jsonl", GOOD + line + "\n")

    message = refused(path)

    assert f"{path}, line 2: " in message
    assert words in message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("input,target\nx,a\nx,a,b\n", 3, "3 cells, the header has 2 (separated by comma)"),
        ("input;target\nx\n", 2, "1 cells, the header has 2 (separated by semicolon)"),
        ("input,target,input\nx,a,y\n", 1, "'input' stands twice"),
        ('input,target\n"x\ny",a\n"open,b\nz,c\n', 4, "check the double quotes"),
        ('input,target\n"x"y,a\n', 2, "check the double quotes"),
        ("text,target\nx,a\n", 2, "no column 'input' (present: 'target', 'text')"),
        ("Input,target\nx,a\n", 2, "no column 'input'; did you mean 'Input'?"),
        ("input|target\nx|a\n", 2, "no column 'target'; did you mean 'input|target'?"),
        ("input,target\n,a\n", 2, "'input' is empty"),
        ("input,target\nx,\n", 2, "'target' is empty"),
        ('"input"x,target\nx,a\n', 1, "check the double quotes"),
        ("input,target,targets\nx,a,b|\n", 2, "'targets' is empty"),
        (f"input,target\n{'x' * 200_000},a\n", 2, "field larger than field limit"),
    ],
)
def test_a_bad_csv_record_is_refused_by_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = put(tmp_path, "d.csv", text)

    message = refused(path)

    assert f"{path}, line {line}: " in message
    assert words in message


def test_an_optional_column_named_on_purpose_must_be_there(tmp_path: Path) -> None:
    path = put(tmp_path, "d.jsonl", GOOD)

    message = refused(path, columns=Columns(domain="departement"))

    assert "no column 'departement'" in message


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("prase", "'prase' is no label; did you mean 'praise'? (labels: 'complaint', 'praise')"),
        ("PRAISE", "did you mean 'praise'?"),
        ("7", "'7' is no label (labels:"),
    ],
)
def test_a_foreign_label_is_refused_with_the_set(tmp_path: Path, target: str, words: str) -> None:
    path = put(tmp_path, "d.jsonl", GOOD + json.dumps({"input": "x", "target": target}))

    message = refused(path, labels=LABELS)

    assert "line 2: " in message
    assert words in message


def test_further_answers_must_be_labels_too(tmp_path: Path) -> None:
    path = put(tmp_path, "d.csv", "input,target,targets\nx,praise,neutral\n")

    assert "'neutral' is no label" in refused(path, labels=LABELS)


def test_a_repeated_id_is_refused_with_both_lines(tmp_path: Path) -> None:
    path = put(tmp_path, "d.jsonl", GOOD + "\n" + GOOD)

    assert "line 3: the id 'a' stands already on line 1" in refused(path)


def test_an_error_never_quotes_an_input_and_shortens_an_answer(tmp_path: Path) -> None:
    secret = "patient 4711 was unhappy"
    path = put(tmp_path, "d.jsonl", json.dumps({"input": secret, "target": "\x1b" + "z" * 999}))

    message = refused(path, labels=LABELS)

    assert secret not in message
    assert "\x1b" not in message
    assert len(message) < 400
