"""Texts of strangers go through data, model and prompts; page, terminal and files stay clean."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hostile_strings import (
    EVERY,
    FORMULAS,
    INVISIBLE,
    MARKUP,
    SENDABLE,
    STEERING,
    TEMPLATES,
    TERMINAL,
    TOKENS,
    UNSENDABLE,
)
from run_files import ask, files_of
from sample_inside import sample_inside
from sample_results import sample_results, sample_stats
from tiny_run import OWNERS, rows, tiny_tables, toml, write_owners, write_rows

from fedbbpt.runs.report import render_report

KINDS = (MARKUP, TERMINAL, INVISIBLE, FORMULAS, TEMPLATES, TOKENS, UNSENDABLE)
START = "Message: {input}\nIs it {labels}? " + " ".join(
    text.replace("{", "(").replace("}", ")")
    for text in (*MARKUP[:6], *TERMINAL[:6], *INVISIBLE[:6], *FORMULAS[:3], *TEMPLATES[:3])
)
FOR_PEOPLE = ("report.html", "tuned.txt", "rounds.txt")
LOGS = (".log", "lock")


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str | None] = set()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value for name, value in attrs if name in {"href", "src", "action"}}


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of a run whose data, model and start are hostile, and what was printed."""
    folder = tmp_path_factory.mktemp("hostile")
    write_owners(folder)
    texts = iter(SENDABLE)
    for owner in OWNERS:
        plain = rows(owner)
        changed = [{**row, "input": f"{next(texts, '')} {row['input']}"} for row in plain]
        write_rows(folder / f"{owner}.jsonl", changed)
    tables = tiny_tables(
        prompt={"user": START, "system": "\x1b[2J <script>{{ 7131 * 7 }}</script> \u202e"},
        endpoint={"use": "hostile_endpoint:Parrot"},
        task={
            "name": "tiny",
            "topic": "kind <b>\x1b[31m\u202e{{ 7131 * 7 }}",
            "labels": ["complaint", "praise"],
        },
    )
    (folder / "run.toml").write_text(toml(tables), encoding="utf-8")
    told = ask(folder, "run", "run.toml")
    assert told.exit_code == 0, told.output
    return folder / "runs" / "tiny", told.output


def test_the_list_is_long_and_of_every_kind() -> None:
    assert len(set(EVERY)) == len(EVERY) >= 100
    assert all(len(kind) >= 5 for kind in KINDS)
    assert max(map(len, EVERY)) == 100_000


def test_the_page_of_a_hostile_run_is_made_of_the_same_elements_as_any(
    hostile_run: tuple[Path, str],
) -> None:
    folder, _ = hostile_run
    clean = Page(render_report(sample_results(), sample_stats(openings=2), sample_inside()))

    source = (folder / "report.html").read_text(encoding="utf-8")

    page = Page(source)
    assert page.tags <= clean.tags
    assert page.attributes <= clean.attributes
    assert page.addresses == {"data:,"}
    assert "49917" not in source
    assert "Where it went wrong" in source
    assert "&lt;script&gt;" in source


def test_nothing_that_people_look_at_steers_or_hides(hostile_run: tuple[Path, str]) -> None:
    folder, printed = hostile_run

    files = {name: data.decode() for name, data in files_of(folder).items() if _shown(name)}

    assert {*FOR_PEOPLE, "results.json", "simulation.json", "run.json"} <= files.keys()
    assert [name for name, text in files.items() if re.search(STEERING, text)] == []
    assert not re.search(STEERING, printed)
    assert "\\x1b[2J" in printed
    assert "\\x1b[2J" in files["tuned.txt"]


def test_files_for_machines_still_say_exactly_what_was_sent(hostile_run: tuple[Path, str]) -> None:
    folder, _ = hostile_run

    results = json.loads((folder / "results.json").read_bytes())
    tuned = json.loads((folder / "tuned.json").read_bytes())

    assert "\x1b[2J" in json.dumps(results["start"], ensure_ascii=False).replace("\\u001b", "\x1b")
    assert any("\u202e" in message["content"] for message in tuned["prompt"]["messages"])


def test_no_file_of_a_run_is_a_table_that_a_spreadsheet_would_compute(
    hostile_run: tuple[Path, str],
) -> None:
    folder, _ = hostile_run

    names = files_of(folder)

    assert [name for name in names if name.endswith((".csv", ".tsv", ".xlsx"))] == []


def test_the_page_made_again_and_json_on_a_terminal_are_clean_too(
    hostile_run: tuple[Path, str],
) -> None:
    folder, _ = hostile_run
    before = (folder / "report.html").read_bytes()

    again = ask(folder, "report", ".")
    whole = ask(folder.parent.parent, "run", "run.toml", "--json")

    assert again.exit_code == whole.exit_code == 0
    assert not re.search(STEERING, again.output + whole.stdout)
    assert json.loads(whole.stdout)["results"]["topic"].startswith("kind <b>\x1b")
    assert b"<script" not in before


@pytest.mark.parametrize("text", UNSENDABLE)
def test_what_cannot_be_sent_is_refused_in_one_clean_line(tmp_path: Path, text: str) -> None:
    write_owners(tmp_path)
    plain = rows("it")
    write_rows(tmp_path / "it.jsonl", [*plain[:7], {**plain[7], "input": text}, *plain[8:]])
    (tmp_path / "run.toml").write_text(toml(tiny_tables()), encoding="utf-8")

    refused = ask(tmp_path, "run", "run.toml", "--dry-run")

    assert refused.exit_code == 1
    (line,) = refused.stderr.splitlines()
    assert "it.jsonl, line 8" in line
    assert not re.search(STEERING, line)


def test_a_csv_of_hostile_rows_is_read_as_text_and_shown_clean(tmp_path: Path) -> None:
    write_owners(tmp_path)
    with (tmp_path / "it.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "input", "target"])
        for row, text in zip(rows("it", len(SENDABLE)), SENDABLE, strict=True):
            table.writerow([row["id"], f"{text} {row['input']}", row["target"]])
    owners = [{"name": name, "data": f"{name}.jsonl"} for name in OWNERS if name != "it"]
    tables = tiny_tables(owner=[*owners, {"name": "it", "data": "it.csv"}])
    (tmp_path / "run.toml").write_text(toml(tables), encoding="utf-8")

    planned = ask(tmp_path, "run", "run.toml", "--dry-run")

    assert planned.exit_code == 0, planned.output
    assert not re.search(STEERING, planned.output)


def _shown(name: str) -> bool:
    return not name.endswith(LOGS)
