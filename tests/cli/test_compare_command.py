"""``fedbbpt compare``: what it prints and leaves, and that nothing is paid or computed twice."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from run_files import ask, files_of, widest, write_run
from tiny_run import tiny_tables

SEARCH = {"block": 8, "requests": 400}
WORDS = ("compare", "run.toml", "--recipes", "halving,rejects", "--seeds", "0,1")
ROWS = [
    "start",
    "halving",
    "rejects",
    "random",
    "hand-written",
    "random exemplars",
    "local only, own test",
    "local only, global test",
    "pooled",
]
FIXED = ("compare.json", "table.md", "rows.csv", "seeds.csv", "items.csv", "prompts.json")
"""Files that say the same, however often the comparison was stopped."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return a folder with a finished comparison, and what was said."""
    folder = tmp_path_factory.mktemp("compared")
    write_run(folder, search=SEARCH)
    return folder, ask(folder, *WORDS)


def kept(folder: Path, name: str = "compare.json") -> bytes:
    return (folder / "runs" / "tiny-compare" / name).read_bytes()


def test_a_comparison_has_its_rows_and_files(finished: tuple[Path, Result]) -> None:
    folder, said = finished

    compared = json.loads(kept(folder))

    assert said.exit_code == 0, said.output
    assert [row["name"] for row in compared["equal_requests"]["rows"]] == ROWS
    assert {*FIXED, "compare.html", "costs.csv", "stats.json", "calls.log", "cells", "lock"} == {
        path.name for path in (folder / "runs" / "tiny-compare").iterdir()
    }
    assert (folder / "runs" / "test-openings.log").is_file()
    assert "[1/20] halving, seed 0: " in said.stdout


def test_the_figures_of_a_comparison_fit_together(finished: tuple[Path, Result]) -> None:
    folder, _ = finished

    compared, prompts = json.loads(kept(folder)), json.loads(kept(folder, "prompts.json"))

    rows = {row["name"]: row for row in compared["equal_requests"]["rows"]}
    assert compared["items"] == 48
    assert compared["prompts"] == len(prompts)
    assert rows["start"]["gain"] is None
    for name in ROWS[1:]:
        row, gain = rows[name], rows[name]["gain"]
        assert row["low"] <= row["score"] <= row["high"]
        assert gain["gain"] == pytest.approx(row["score"] - rows["start"]["score"])
        assert row["holm"] >= gain["p_value"]
        assert 0 < row["spent"]["calls"] <= row["spent"]["requests"] <= 400
        assert row["spent"]["up"] > 0 < row["spent"]["down"]
        assert [one["seed"] for one in row["seeds"]] == [0, 1]
    assert len(compared["equal_requests"]["pairs"]) == 8 * 7 // 2
    assert {share[1] for owner in compared["owners"] for share in owner["shares"]} == {
        "complaint",
        "praise",
    }


def test_scores_of_a_row_are_those_of_its_prompts_on_the_items(
    finished: tuple[Path, Result],
) -> None:
    folder, _ = finished
    table = list(csv.DictReader(io.StringIO(kept(folder, "items.csv").decode())))
    row = json.loads(kept(folder))["equal_requests"]["rows"][1]

    by_seed = [
        sum(float(item[one["prompt"]]) for item in table) / len(table) for one in row["seeds"]
    ]

    assert row["score"] == pytest.approx(sum(by_seed) / len(by_seed))


def test_recipes_meet_at_equal_rounds_where_they_differ(finished: tuple[Path, Result]) -> None:
    folder, said = finished

    table = json.loads(kept(folder))["equal_rounds"]

    assert table["rounds"] >= 1
    assert [row["name"] for row in table["rows"]] == ["start", "halving", "rejects"]
    assert {row["spent"]["rounds"] for row in table["rows"][1:]} == {table["rounds"]}
    assert "equal rounds: the recipes again with" in said.stdout


def test_a_finished_comparison_is_shown_again_and_asks_nothing(
    finished: tuple[Path, Result],
) -> None:
    folder, said = finished
    before = files_of(folder / "runs")

    again = ask(folder, *WORDS)

    after = files_of(folder / "runs")
    changed = {name for name in before if before[name] != after[name]}
    assert again.exit_code == 0
    assert again.stdout.count("finished before") == 20 + said.stdout.count("[1/2]") * 2
    assert changed <= {"tiny-compare/stats.json", "tiny-compare/compare.html"}


def test_a_comparison_that_was_stopped_goes_on_to_the_same_bytes(
    finished: tuple[Path, Result], tmp_path: Path
) -> None:
    folder, _ = finished
    write_run(tmp_path, search=SEARCH)

    paused = ask(tmp_path, *WORDS, "--calls", 700)
    resumed = ask(tmp_path, *WORDS, "--calls", 100_000)

    assert paused.exit_code == 1
    assert "raise [caps] calls" in paused.stderr
    assert resumed.exit_code == 0
    assert "finished before" in resumed.stdout
    for name in FIXED:
        assert kept(tmp_path, name) == kept(folder, name)
    whole, parts = (json.loads(kept(one, "stats.json")) for one in (folder, tmp_path))
    assert parts["calls"] == whole["calls"]


def test_a_row_or_a_seed_more_pays_only_for_itself(
    finished: tuple[Path, Result], tmp_path: Path
) -> None:
    write_run(tmp_path, search=SEARCH)
    few = ("compare", "run.toml", "--recipes", "halving", "--seeds", "0", "--without", "pooled")
    ask(tmp_path, *few)

    more = ask(tmp_path, *WORDS)

    folder, _ = finished
    assert more.stdout.count("finished before") == 8
    assert kept(tmp_path) == kept(folder)


def test_the_plan_of_a_comparison_asks_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, search=SEARCH)

    planned = ask(tmp_path, *WORDS, "--dry-run")

    assert planned.exit_code == 0
    assert "20 searches (2 seeds), at most " in planned.stdout
    assert not (tmp_path / "runs").exists()


def test_json_is_one_object_and_the_page_runs_nothing(finished: tuple[Path, Result]) -> None:
    folder, _ = finished

    answer = ask(folder, *WORDS, "--json")

    page = kept(folder, "compare.html").decode()
    assert json.loads(answer.stdout)["compared"] == json.loads(kept(folder))
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert page.count("<svg") >= 2


def test_a_hostile_name_steers_neither_terminal_nor_page(tmp_path: Path) -> None:
    hostile = "<script>x</script>\x1b[31m"
    write_run(
        tmp_path,
        search=SEARCH,
        prompt={"user": f"{hostile} {{input}} {{labels}}"},
        task={"name": "tiny", "topic": hostile, "labels": ["complaint", "praise"]},
    )
    words = [*WORDS[:3], "halving", "--seeds", "0"]

    said = ask(tmp_path, *words)

    assert said.exit_code == 0, said.output
    assert "\x1b" not in said.output
    assert "<script>" not in kept(tmp_path, "compare.html").decode()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--recipes", "halfing"), "did you mean 'halving'"),
        (("--recipes", "halving,halving"), "every recipe once"),
        (("--recipes", "random"), "is in by itself"),
        (("--recipes", "halving", "--seeds", "3-1"), "names no range"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(
    tmp_path: Path, words: tuple[str, ...], text: str
) -> None:
    write_run(tmp_path, search=SEARCH)

    refused = ask(tmp_path, "compare", "run.toml", *words)

    assert refused.exit_code == 2
    assert text in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert widest(refused.stdout or "\n") == 0


def test_a_method_that_shows_private_examples_is_compared_and_none_of_them_is_written(
    tmp_path: Path,
) -> None:
    endpoint = {**tiny_tables()["endpoint"], "seed": 2}
    write_run(tmp_path, search=SEARCH, endpoint=endpoint)
    words = ["--recipes", "halving,exemplars", "--seeds", "1", "--no-equal-rounds"]
    for row in ("random", "hand-written", "local only", "pooled"):
        words += ["--without", row]

    said = ask(tmp_path, "compare", "run.toml", *words)

    assert said.exit_code == 0, said.output
    rows = {row["name"]: row for row in json.loads(kept(tmp_path))["equal_requests"]["rows"]}
    assert rows["exemplars"]["score"] != rows["start"]["score"]
    assert "the owner's own, " in kept(tmp_path, "prompts.json").decode()
    written = b"".join(
        content
        for name, content in files_of(tmp_path / "runs").items()
        if not name.endswith("items.csv")
    )
    assert len(private_texts(tmp_path)) > 100
    assert not [text for text in private_texts(tmp_path) if text.encode() in written]


def test_a_method_that_shows_private_examples_cannot_lead(tmp_path: Path) -> None:
    write_run(tmp_path, search=SEARCH)

    said = ask(tmp_path, "compare", "run.toml", "--recipes", "exemplars,halving", "--seeds", "0")

    assert said.exit_code == 2
    assert "cannot be the first recipe" in said.output


def private_texts(folder: Path) -> list[str]:
    """Return the texts of all owners' examples."""
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    return [json.loads(line)["input"] for line in lines]
