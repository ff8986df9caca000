"""``fedbbpt replay``: its table, its files, and that what is recorded is not asked again."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from run_files import ask, files_of, write_run
from tiny_run import tiny_tables, toml

from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.storage.framed_log import FramedLog

WORDS = ("replay", "run.toml", "--budgets", "1,3,6", "--samples", "8", "--most", "4")
TASK = {"topic": "kind of message", "labels": ["complaint", "praise"]}


def bank(folder: Path, **changes: object) -> Path:
    """Write the tiny run over a bank of prompts."""
    return write_run(folder, space={"use": "bank"}, optimizer={}, **changes)


def calls(folder: Path) -> int:
    """Return the calls in a journal."""
    with FramedLog.open(folder / "calls.log") as log:
        return Journal(log).tally().calls


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return a folder with a finished replay, and what was said."""
    folder = tmp_path_factory.mktemp("replayed")
    bank(folder)
    return folder, ask(folder, *WORDS)


def rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "runs/replay/table.csv").read_text()
    return list(csv.DictReader(io.StringIO(text)))


def test_every_method_has_its_row_at_every_budget(done: tuple[Path, Result]) -> None:
    folder, said = done

    table = rows(folder)

    assert said.exit_code == 0, said.output
    by_budget = {b: [r["method"] for r in table if r["budget"] == b] for b in ("1", "3", "6")}
    assert by_budget["1"] == ["single", "mixture", "oracle"]
    six = ["SC", "AC .95", "ESC", "mixture", "TRIPLE", "TRIPLE paired", "local only", "ours"]
    six += ["oracle", "allocation"]
    assert by_budget["6"] == six
    assert by_budget["3"] == [name for name in six if name != "ESC"]
    assert "| ours | 6 |" in said.stdout


def test_no_method_takes_more_calls_than_its_budget_and_intervals_hold(
    done: tuple[Path, Result],
) -> None:
    folder, _ = done

    for row in rows(folder):
        assert float(row["calls"]) <= float(row["budget"]) + 1e-9
        assert float(row["low"]) <= float(row["accuracy"]) <= float(row["high"])
        if row["gain"]:
            assert float(row["p_value"]) <= float(row["holm"]) <= 1


def test_one_call_a_cell_is_enough_where_label_scores_are_told(done: tuple[Path, Result]) -> None:
    folder, _ = done

    body = json.loads((folder / "runs/replay/replay.json").read_text())

    (one,) = body["sets"]
    assert one["exact"]
    assert one["questions"] == 48
    # Owners at one endpoint with the same text would share a call; these texts differ.
    assert one["calls"] == (64 + 48) * 4
    assert len(one["prompts"]) == 4


def test_a_finished_replay_asks_nothing_and_says_the_same(done: tuple[Path, Result]) -> None:
    folder, said = done
    before = files_of(folder / "runs")

    again = ask(folder, *WORDS)

    assert again.stdout == said.stdout
    assert files_of(folder / "runs") == before


def test_recording_that_met_a_cap_goes_on_to_the_same_bytes(
    done: tuple[Path, Result], tmp_path: Path
) -> None:
    folder, _ = done
    path = bank(tmp_path, caps={"calls": 200})

    paused = ask(tmp_path, *WORDS)
    path.write_text(toml(tiny_tables(space={"use": "bank"}, optimizer={}, caps={"calls": 2000})))
    resumed = ask(tmp_path, *WORDS)

    assert paused.exit_code == 1
    assert "raise [caps] calls" in paused.stderr
    assert resumed.exit_code == 0
    assert rows(tmp_path) == rows(folder)
    assert calls(tmp_path / "runs/replay/tiny") == 448


def test_sets_are_pooled_and_one_without_headroom_is_named_and_left_out(tmp_path: Path) -> None:
    bank(tmp_path).rename(tmp_path / "one.toml")
    lexicon = {
        label: dict.fromkeys(cues, 60.0)
        for label, cues in {
            "complaint": ("broken", "late", "wrong"),
            "praise": ("thanks", "kind", "smooth"),
        }.items()
    }
    bank(
        tmp_path,
        task={"name": "easy", **TASK},
        endpoint={"use": "scripted", "lexicon": lexicon},
    ).rename(tmp_path / "two.toml")
    bank(tmp_path, task={"name": "other", **TASK}, seed=5).rename(tmp_path / "three.toml")

    words = [word for word in WORDS[1:] if word != "run.toml"]
    said = ask(tmp_path, "replay", "one.toml", "two.toml", "three.toml", *words)

    assert said.exit_code == 0, said.output
    assert "easy is excluded from what counts" in said.stdout
    body = json.loads((tmp_path / "runs/replay/replay.json").read_text())
    assert [one["excluded"] for one in body["sets"]] == [False, True, False]
    table = rows(tmp_path)
    mean = {row["set"]: float(row["accuracy"]) for row in table if row["method"] == "single"}
    assert mean["all sets"] == pytest.approx((mean["tiny"] + mean["other"]) / 2, abs=1e-5)


def test_answers_that_are_generated_are_sampled(tmp_path: Path) -> None:
    bank(tmp_path, scoring={"read": "generate", "calibration_examples": 8})

    said = ask(tmp_path, "replay", "run.toml", "--budgets", "1,2", "--samples", "3", "--most", "2")

    assert said.exit_code == 0, said.output
    assert calls(tmp_path / "runs/replay/tiny") == (64 + 48) * 2 * 3


def test_a_dry_run_says_the_calls_and_asks_nothing(tmp_path: Path) -> None:
    bank(tmp_path)

    said = ask(tmp_path, *WORDS, "--dry-run")

    assert "112 questions x 4 prompts x 1 = 448 calls at most" in said.stdout
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--samples", "2"), "would run dry"),
        (("--budgets", "one"), "--budgets"),
        (("--budgets", "0,3"), "budgets"),
        (("--temperature", "0"), "--temperature"),
        (("--prompts", "nowhere"), "no such file or run folder"),
        (("run.toml",), "two run files have the same"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    bank(tmp_path)

    refused = ask(tmp_path, *WORDS, *words)

    assert refused.exit_code == 2
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_recipes_choose_the_rows(tmp_path: Path) -> None:
    bank(tmp_path)

    said = ask(tmp_path, *WORDS, "--recipe", "esc", "--recipe", "self-consistency")
    refused = ask(tmp_path, *WORDS, "--recipe", "fed-icl")
    silent = ask(tmp_path, *WORDS, "--recipe", "scop")

    assert said.exit_code == 0, said.output
    assert {row["method"] for row in rows(tmp_path)} == {"ESC", "SC", "ours"}
    assert "--recipe fed-icl: every owner answers every question with its own" in refused.stderr
    assert "--recipe scop: it votes over paraphrases" in silent.stderr


def test_paraphrases_have_a_row_and_are_paid_for(tmp_path: Path) -> None:
    bank(tmp_path)
    words = ("replay", "run.toml", "--budgets", "3,6", "--samples", "6", "--most", "2")

    said = ask(tmp_path, *words, "--paraphrases", "2")

    assert said.exit_code == 0, said.output
    (row,) = [row for row in rows(tmp_path) if row["method"] == "paraphrases"]
    (one,) = json.loads((tmp_path / "runs/replay/replay.json").read_text())["sets"]
    assert row["budget"] == "6"
    assert float(row["calls"]) == pytest.approx(6)
    # The scripted model writes nothing that keeps the numbers: the question stands in.
    assert one["dropped"] == 2 * 48
