"""``fedbbpt exemplars`` as a person uses it."""

import json
import tomllib
from pathlib import Path

import pytest
from adder import adder_tables, question
from click.testing import CliRunner, Result
from tiny_run import Table, toml, write_rows

from fedbbpt.cli import main

POOL = 6


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a fresh folder with a pool of questions."""
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "pool.jsonl", [{"input": question(200 + n, 1, 7)} for n in range(POOL)])
    return tmp_path


def run_file(folder: Path, **changes: object) -> None:
    tables = adder_tables(folder, prompt={"user": "{input}\nThink step by step."}, **changes)
    (folder / "run.toml").write_text(toml(tables), encoding="utf-8")


def exemplars(*words: str) -> Result:
    return CliRunner().invoke(main, ["exemplars", "run.toml", "pool.jsonl", *words])


def items(folder: Path) -> list[Table]:
    found: list[Table] = tomllib.loads((folder / "exemplars.toml").read_text())["exemplars"]
    return list(found[0]["items"])


def test_one_owner_keeps_what_it_makes_and_a_run_can_show_it(folder: Path) -> None:
    run_file(folder)

    made = exemplars("--owner", "north", "--count", "2")

    assert made.exit_code == 0
    assert "2 exemplars of 6 usable questions of 6: 0 with a known answer, 2" in made.output
    assert "by north alone: keep it there" in (folder / "exemplars.toml").read_text()
    first = items(folder)[0]
    number = int(first["input"].split()[2])
    assert first == {
        "input": question(number, 1, 7),
        "label": f"{number} + 1 + 7 makes {number + 8}.\nAnswer: {number + 8}",
    }
    shown = {
        "use": "few_shot_cot",
        "library": str(folder / "exemplars.toml"),
        "exemplars": "made",
        "unchecked": True,
    }
    run_file(folder, reasoning=shown)
    planned = CliRunner().invoke(main, ["run", "run.toml", "--dry-run"])
    assert planned.exit_code == 0
    assert "may contain mistakes" in planned.output


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_without_a_grant_nobody_is_asked_since_no_reply_could_leave(
    folder: Path, dry: tuple[str, ...]
) -> None:
    run_file(folder)

    refused = exemplars(*dry)

    assert refused.exit_code == 2
    assert "no owner grants texts" in refused.output
    assert "--owner NAME" in refused.output
    assert refused.output.count("\n") == 1
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_draws_that_can_prove_nothing_are_refused_before_any_is_paid_for(
    folder: Path, dry: tuple[str, ...]
) -> None:
    run_file(folder)

    refused = exemplars("--owner", "north", "--draws", "3", *dry)

    assert refused.exit_code == 2
    assert "stays below 1/delta = 20" in refused.output
    assert "give --draws 9 or more" in refused.output
    assert not (folder / "runs").exists()


def test_the_draws_that_a_refusal_names_are_enough(folder: Path) -> None:
    run_file(folder)

    made = exemplars("--owner", "north", "--draws", "9")

    assert made.exit_code == 0
    assert "6 usable questions of 6" in made.output


def test_a_pool_half_of_which_can_be_shown_is_asked_and_the_dry_run_says_which(
    folder: Path,
) -> None:
    run_file(folder)
    rows = [{"input": question(200, 1, 7), "target": "208"}]
    rows.append({"input": question(300, 1, 7), "target": "who knows"})
    rows.append({"input": "and " * 61 + question(400, 1, 7), "target": "408"})
    write_rows(folder / "pool.jsonl", rows)

    planned = exemplars("--owner", "north", "--draws", "3", "--dry-run")
    made = exemplars("--owner", "north", "--draws", "3")

    assert planned.exit_code == 0
    assert "1 questions without a target need --draws 9" in planned.output
    assert "1 questions are too long to be shown" in planned.output
    assert "1 exemplars of 1 usable questions of 3" in made.output


def test_a_pool_of_questions_that_are_too_long_is_refused(folder: Path) -> None:
    run_file(folder)
    write_rows(folder / "pool.jsonl", [{"input": "and " * 61 + question(4, 1, 7), "target": "12"}])

    refused = exemplars("--owner", "north")

    assert refused.exit_code == 1
    assert "more than 60 words" in refused.output
    assert not (folder / "runs").exists()


def test_with_a_grant_a_reply_leaves_unless_it_repeats_an_example(folder: Path) -> None:
    run_file(folder, simulation={"texts": True})
    for place, owner in enumerate(("north", "south")):
        heard = f"I heard 200 + 1 + 7 makes 208. Answer: 208. And {question(5, 5, place)}"
        lines = (folder / f"{owner}.jsonl").read_text().splitlines()
        row = {"id": "heard", "input": heard, "target": str(10 + place)}
        write_rows(folder / f"{owner}.jsonl", [*map(json.loads, lines), row])

    made = exemplars("--count", str(POOL))

    assert made.exit_code == 0, made.output
    shown = {one["input"] for one in items(folder)}
    assert "10 replies stayed at their owners" in made.output
    assert shown == {question(200 + n, 1, 7) for n in range(1, POOL)}


def test_a_pool_with_targets_shows_replies_that_reached_them(folder: Path) -> None:
    run_file(folder)
    rows = [{"input": question(200, 1, 7), "target": "208.0"}]
    rows.append({"input": question(300, 1, 7), "target": "99"})
    write_rows(folder / "pool.jsonl", rows)

    made = exemplars("--owner", "north", "--draws", "1")

    assert made.exit_code == 0
    assert "1 exemplars of 1 usable questions of 2: 1 with a known answer, 0" in made.output
    assert "unchecked" not in made.output


def test_again_it_is_the_same_file_and_nothing_is_paid_twice(folder: Path) -> None:
    run_file(folder)
    first = exemplars("--owner", "north")
    before = (folder / "exemplars.toml").read_bytes()

    again = exemplars("--owner", "north")

    assert "60 calls paid now" in first.output
    assert "0 calls paid now" in again.output
    assert (folder / "exemplars.toml").read_bytes() == before


def test_a_dry_run_asks_nobody(folder: Path) -> None:
    run_file(folder)

    planned = exemplars("--owner", "south", "--dry-run")

    assert planned.exit_code == 0
    assert "6 questions x 10 draws x 1 calls = 60 calls at most" in planned.output
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--owner", "nobody"), "owners are north, south"),
        (("--temperature", "0"), "--temperature"),
        (("--delta", "2"), "--delta"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    folder: Path, words: tuple[str, ...], said: str
) -> None:
    run_file(folder)

    refused = exemplars(*words)

    assert refused.exit_code == 2
    assert said in refused.output
    assert refused.output.count("\n") == 1


def test_a_run_that_does_not_think_aloud_has_nothing_to_show(folder: Path) -> None:
    run_file(folder, reasoning={"use": "direct"})

    refused = exemplars()

    assert refused.exit_code == 2
    assert 'use = "zero_shot_cot"' in refused.output
