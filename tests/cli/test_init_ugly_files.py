"""Ugly files: each gives a run file that works, or one line that says what to do."""

import gzip
import json
from pathlib import Path

import pytest
from init_files import changed, dry_run, init
from made_files import as_csv, tickets
from run_files import files_of, widest


def jsonl(rows: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


PLAIN = as_csv(tickets())
LINES = PLAIN.splitlines(keepends=True)
GOOD: dict[str, tuple[str, str | bytes]] = {
    "plain": ("t.csv", PLAIN),
    "byte order mark": ("t.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
    "semicolons": ("t.csv", as_csv(tickets(), ";")),
    "tabs": ("t.csv", as_csv(tickets(), "\t")),
    "carriage returns": ("t.csv", as_csv(tickets(), end="\r\n")),
    "empty lines": ("t.csv", "\n".join(LINES)),
    "quotes": ("t.csv", changed(lambda n, row: [f'"{row[0]}", said "{n}"', row[1]])),
    "line breaks in cells": ("t.csv", changed(lambda n, row: [f"{row[0]}\n\nline {n}", row[1]])),
    "accents": ("t.csv", changed(lambda _, row: [f"Lämpchen → 灯 {row[0]}", row[1]])),
    "braces": ("t.csv", changed(lambda _, row: [f"{{input}} {{labels}} {row[0]}", row[1]])),
    "numeric labels": ("t.csv", changed(lambda n, row: [row[0], str(n % 5)])),
    "unbalanced": ("t.csv", changed(lambda n, row: [row[0], "no" if n % 20 else "yes"])),
    "labels to escape": ("t.csv", changed(lambda n, row: [row[0], ['say "a"\\', "# b"][n % 2]])),
    "150 labels": (
        "t.csv",
        as_csv([["text", "intent"], *([f"do {n} now", f"intent {n % 150}"] for n in range(600))]),
    ),
    "pandas index": (
        "t.csv",
        as_csv([["", *tickets()[0]], *([str(n), *row] for n, row in enumerate(tickets()[1:]))]),
    ),
    "long field": ("t.csv", changed(lambda n, row: [row[0] + " very" * 4000 * (n == 3), row[1]])),
    "domains": ("t.csv", as_csv(tickets(160, ("north", "south")))),
    "odd file name": ("what's new [2024] é.csv", PLAIN),
    "json lines": (
        "t.jsonl",
        jsonl([{"input": row[0], "target": row[1]} for row in tickets()[1:]]),
    ),
    "json numbers": (
        "t.jsonl",
        jsonl([{"id": n, "text": row[0], "label": n % 3} for n, row in enumerate(tickets()[1:])]),
    ),
    "tsv": ("t.tsv", as_csv(tickets(), "\t")),
    "packed csv": ("t.CSV.gz", gzip.compress(PLAIN.encode())),
    "json list": (
        "t.json",
        json.dumps([{"text": row[0], "label": row[1]} for row in tickets()[1:]], indent=1),
    ),
    "json lines named json": (
        "t.json",
        jsonl([{"text": row[0], "label": row[1]} for row in tickets()[1:]]),
    ),
    "packed json lines": (
        "t.jsonl.gz",
        gzip.compress(jsonl([{"text": row[0], "label": row[1]} for row in tickets()[1:]]).encode()),
    ),
    "questions": (
        "t.jsonl",
        jsonl([{"question": f"what is {n} and {n}?", "answer": f"it {2 * n}"} for n in range(50)]),
    ),
}
BAD: dict[str, tuple[str, str | bytes, str]] = {
    "latin-1": ("t.csv", PLAIN.replace("lamp", "lämp").encode("latin-1"), "line 2: not UTF-8"),
    "utf-16": ("t.csv", PLAIN.encode("utf-16"), "not UTF-8"),
    "empty": ("t.csv", "", "the file is empty"),
    "blank": ("t.csv", "\n\n", "the file is empty"),
    "header only": ("t.csv", LINES[0], "no row below the first line"),
    "excel mark": ("t.csv", "sep=;\r\n" + as_csv(tickets(), ";", "\r\n"), "delete this line"),
    "no header": ("t.csv", "".join(LINES[1:]), "line 1: this looks like a row"),
    "doubled header": ("t.csv", "text,label,text\na,b,c\n", "'text' stands twice"),
    "one column": ("t.csv", as_csv([row[:1] for row in tickets()]), "line 1: one column only"),
    "pipes": ("t.csv", as_csv(tickets(), "|"), "comma, semicolon, tab"),
    "ragged": ("t.csv", PLAIN + "a,b,c\n", "3 cells, the header has 2"),
    "open quote": ("t.csv", PLAIN + '"a,b\n', "check the double quotes"),
    "unique texts": (
        "t.csv",
        as_csv([["id", "text"], *([f"x{n}", f"lamp {n} is out"] for n in range(60))]),
        "say --target COLUMN",
    ),
    "one label": ("t.csv", changed(lambda _, row: [row[0], "yes"]), "same value on every row"),
    "missing label": ("t.csv", PLAIN + "a lamp without,\n", "'label' is empty"),
    "few rows": ("t.csv", as_csv(tickets(20)), "20 different texts are too few"),
    "same text": ("t.csv", changed(lambda _, row: ["lamp is out", row[1]]), "1 different texts"),
    "enormous field": (
        "t.csv",
        changed(lambda n, row: [row[0] * 9000 * (n == 3) + row[0], row[1]]),
        "field larger than field limit",
    ),
    "nested objects": (
        "t.jsonl",
        jsonl([{"text": "a", "label": "b"}, {"text": "c", "meta": {"label": "d"}}]),
        "line 2: 'meta' holds a list or an object",
    ),
    "json list": ("t.jsonl", '["a", "b"]\n', "not an object but a list"),
    "csv named json lines": ("t.jsonl", PLAIN, "line 1: not JSON"),
    "truth values": (
        "t.jsonl",
        jsonl([{"text": f"lamp {n} out", "label": n % 2 == 0} for n in range(60)]),
        "neither text nor number",
    ),
    "spreadsheet": ("t.xlsx", b"PK", "save it as CSV in UTF-8"),
    "torn gzip": ("t.csv.gz", gzip.compress(PLAIN.encode())[:-9], "not a whole gzip file"),
    "not gzip": ("t.csv.gz", PLAIN, "not a whole gzip file"),
    "empty json": ("t.json", "[]", "no example in it"),
    "torn json": ("t.json", "[\n{]", "line 2: not JSON at column 2"),
    "texts in json": ("t.json", '[{}, "a"]', "entry 2: not an object"),
}


@pytest.mark.parametrize("case", GOOD)
def test_an_ugly_file_that_can_be_read_gives_a_run_that_can_start(
    tmp_path: Path, case: str
) -> None:
    name, content = GOOD[case]

    said = init(tmp_path, name, content)

    assert said.exit_code == 0, said.output
    assert widest(said.stdout) <= 80
    prepared = dry_run(tmp_path / "run.toml")
    asked = prepared.plan.requests + prepared.held_out_requests
    assert f"calls at most: {prepared.plan.requests} for the search" in said.stdout
    assert asked < prepared.run.caps.calls <= 1.3 * asked + 100
    assert prepared.run.simulation is not None


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    name, content, reason = BAD[case]

    said = init(tmp_path, name, content)

    assert said.exit_code in {1, 2}
    assert reason in said.stderr
    assert said.stderr.startswith("error: ")
    assert said.stderr.count("\n") == 1
    assert set(files_of(tmp_path)) == {name}
