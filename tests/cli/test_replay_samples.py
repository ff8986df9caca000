"""``fedbbpt replay``: samples a condition, exemplar sets, and training questions alone."""

import csv
import io
import json
from pathlib import Path

import pytest
from run_files import ask, write_run

from fedbbpt.data import Example
from fedbbpt.experiment.replaying.recording_plan import Recording, Samples
from fedbbpt.prompts import Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import Condition
from fedbbpt.work.prompt_mix import Ingredient

WORDS = ("replay", "run.toml", "--most", "3", "--replays", "2")
MADE = """[[exemplars]]
name = "made"
source = "made up"
unchecked = true
calls = 24
tokens = 240
items = [{ input = "The parcel of nobody here is late.", label = "Late.\\nAnswer: complaint" }]
"""


def bank(folder: Path, **changes: object) -> Path:
    """Write the tiny run over a bank of prompts."""
    return write_run(folder, space={"use": "bank"}, optimizer={}, **changes)


def rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "runs/replay/table.csv").read_text()
    return list(csv.DictReader(io.StringIO(text)))


def test_fewer_samples_of_other_prompts_leave_out_what_would_run_dry(tmp_path: Path) -> None:
    bank(tmp_path)

    said = ask(tmp_path, *WORDS, "--budgets", "2,8", "--samples", "8", "--samples-other", "2")

    assert said.exit_code == 0, said.output
    kept = {(row["method"], row["budget"]) for row in rows(tmp_path)}
    assert ("SC", "8") in kept
    assert ("ours", "8") in kept
    assert "is left out at 8 calls" in said.stdout
    assert "more draws under one prompt than were recorded" in said.stdout
    (one,) = json.loads((tmp_path / "runs/replay/replay.json").read_text())["sets"]
    assert len(one["notes"]) >= 1


def test_exemplars_have_rows_and_leave_the_other_task_alone(tmp_path: Path) -> None:
    bank(tmp_path)
    (tmp_path / "made.toml").write_text(MADE)
    words = (*WORDS, "--budgets", "1,3", "--samples", "4")

    plain = ask(tmp_path, *words, "--exemplars", "other=made.toml")
    assert plain.exit_code == 0, plain.output
    without = {row["method"] for row in rows(tmp_path)}
    said = ask(tmp_path, *words, "--exemplars", "tiny=made.toml", "--recipe", "fed-dp-cot")

    assert said.exit_code == 0, said.output
    assert "fed-dp-cot (made)" not in without
    named = {row["method"] for row in rows(tmp_path)}
    assert named == {"fed-dp-cot (made)", "fed-dp-cot (made) free", "ours"}
    (paid,) = [row for row in rows(tmp_path) if row["method"] == "fed-dp-cot (made)"]
    assert paid["budget"] == "3"
    assert "fed-dp-cot (made) is left out at 1 calls: making its exemplars took 24" in said.stdout


def test_exemplars_that_show_an_owners_example_are_refused(tmp_path: Path) -> None:
    bank(tmp_path)
    shown = json.loads(min(tmp_path.glob("*.jsonl")).read_text().splitlines()[0])["input"]
    text = MADE.replace("The parcel of nobody here is late.", shown.upper())
    (tmp_path / "made.toml").write_text(text)

    refused = ask(tmp_path, *WORDS, "--exemplars", "made.toml")

    assert refused.exit_code == 2
    assert "--exemplars: the set 'made' shows the" in refused.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("calls = 24", "calls = -1", "calls must be a whole number, at least 0"),
        ("unchecked = true", "unchecked = 1", "unchecked must be true or false"),
    ],
)
def test_a_set_that_says_odd_things_of_its_making_is_refused(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    bank(tmp_path)
    (tmp_path / "made.toml").write_text(MADE.replace(before, after))

    refused = ask(tmp_path, *WORDS, "--exemplars", "made.toml")

    assert refused.exit_code == 2
    assert said in refused.stderr


def test_training_questions_alone_say_how_they_went_and_open_no_test(tmp_path: Path) -> None:
    bank(tmp_path, scoring={"read": "generate", "calibration_examples": 8})
    words = (*WORDS, "--train-only", "--samples-train", "2", "--samples", "40")

    said = ask(tmp_path, *words)
    again = ask(tmp_path, *words, "--json")

    assert said.exit_code == 0, said.output
    assert "tiny, it: 16 training questions, one call" in said.stdout
    assert "128 calls now" in said.stdout
    (one,) = json.loads(again.stdout.splitlines()[-1])["sets"]
    assert (one["calls"], one["paid"], one["draws"]) == (128, 0, 2)
    assert not (tmp_path / "runs/replay/tiny/test-openings.log").exists()


def test_a_dry_run_counts_every_kind_of_cell(tmp_path: Path) -> None:
    bank(tmp_path, scoring={"read": "generate", "calibration_examples": 8})
    (tmp_path / "made.toml").write_text(MADE)
    words = [*WORDS, "--dry-run", "--samples", "40", "--samples-other", "10", "--budgets", "5"]
    words += ["--samples-paraphrase", "5", "--paraphrases", "2", "--samples-exemplars", "4"]
    words += ["--exemplars", "made.toml", "--samples-train", "3", "--questions", "6"]

    said = ask(tmp_path, *words)
    learned = ask(tmp_path, *words, "--train-only")

    train, asked = 64 * 3 * 3, 24 * (40 + 2 * 10 + 2 * 5 + 2 + 4)
    assert f"{train + asked:,} calls at most" in said.stdout
    assert "40 (10 of other prompts, at most 3 of training questions)" in said.stdout
    assert "64 training questions x 3 = 192 calls at most" in learned.stdout
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--recipe", "fed-dp-cot"), "it shows solved questions; add --exemplars FILE"),
        (("--recipe", "fera-like"), "every owner answers every question with its own examples"),
        (("--exemplars", "gone.toml"), "gone.toml: cannot be read"),
        (("--exemplars", "run.toml"), "is unknown"),
        (("--samples", "2", "--samples-other", "40"), "--samples 2: a budget of 20"),
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


def test_samples_are_of_the_kind_of_cell() -> None:
    first = Condition("first")
    samples = Samples(40, 10, 5, 7, training=6)

    assert samples.of(first, first) == 40
    assert samples.of(Condition("other"), first) == 10
    assert samples.of(first._replace(wording="paraphrase 1"), first) == 5
    assert samples.of(first._replace(exemplars="made"), first) == 7
    assert samples.of(first, first, training=True) == 6
    assert Samples(40).of(Condition("other"), first, training=True) == 40
    with pytest.raises(ValueError, match="samples-other: 0 records nothing"):
        Samples(40, 0)


def test_fewer_questions_are_a_part_of_more() -> None:
    prompt = Prompt((Message("user", "{input}"),))
    examples = [Example(str(place), f"text {place}", ("a",)) for place in range(30)]

    def ids(questions: int) -> list[str]:
        plan = Recording((Ingredient("one", prompt),), questions=questions)
        return [one.id for one in plan.some_of(examples, "test", rng(1, "questions"))]

    assert set(ids(5)) < set(ids(12)) < set(ids(0))
    assert ids(0) == [one.id for one in examples]
    assert len(ids(12)) == 12
