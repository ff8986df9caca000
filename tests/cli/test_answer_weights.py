"""``fedbbpt answer --weights``: gold questions, what they cost, and what they are good for."""

import json
from pathlib import Path
from typing import Any

import pytest
import run_files
from answer_runs import QUESTION, WRITTEN, answered, only, paid, write_run
from run_files import ask
from tiny_run import LEXICON, OWNERS, put, tiny_tables, toml, write_rows

from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.storage.framed_log import FramedLog

SURE = {label: dict.fromkeys(cues, 9.0) for label, cues in LEXICON.items()}
TURNED = {"complaint": SURE["praise"], "praise": SURE["complaint"]}
LIVE = [{"input": "it was kind", "target": "praise"}, {"input": "it is wrong"}]


def write_liars(folder: Path, liars: int) -> None:
    """Write the tiny run, in which the last owners' endpoints always say the other label."""
    write_run(folder)
    tables = tiny_tables(scoring=WRITTEN, endpoint={"use": "scripted", "lexicon": SURE})
    for place in range(len(OWNERS) - liars, len(OWNERS)):
        tables = put(tables, f"owner.{place}.endpoint", {"use": "scripted", "lexicon": TURNED})
    (folder / "run.toml").write_text(toml(tables))


def weights(body: dict[str, Any]) -> list[float]:
    return [one["weight"] for one in body["weights"]]


@pytest.mark.parametrize(("by", "liars"), [("gold", 2), ("reliability", 1)])
def test_votes_of_owners_that_fail_gold_questions_weigh_nothing(
    tmp_path: Path, by: str, liars: int
) -> None:
    write_liars(tmp_path, liars)

    body: Any = answered(tmp_path, QUESTION, "--weights", by)

    one: Any = only(body)
    assert (one["answer"], one["decided_by"], one["share"]) == ("complaint", "lead", 1)
    assert one["counts"] == {"complaint": 4 - liars, "praise": liars}
    assert min(weights(body)[:-liars]) > 1
    assert weights(body)[-liars:] == [0] * liars


def test_gold_questions_alone_bear_a_majority_of_liars(tmp_path: Path) -> None:
    write_liars(tmp_path, 3)

    body: Any = answered(tmp_path, QUESTION, "--weights", "gold")

    assert only(answered(tmp_path, QUESTION))["answer"] == "praise"
    assert only(body)["answer"] == "complaint"
    assert only(body)["certificate"]["tolerates"] == 0  # type: ignore[index]
    assert weights(body)[1:] == [0, 0, 0]


def test_where_no_estimate_trusts_anybody_votes_count_alike_and_it_is_said(tmp_path: Path) -> None:
    write_liars(tmp_path, 3)

    body: Any = answered(tmp_path, QUESTION, "--weights", "reliability")

    assert weights(body) == [0, 0, 0, 0]
    assert any("votes count alike" in note for note in body["notes"])
    assert only(body)["answer"] == "praise"


def test_gold_questions_are_paid_for_once_and_counted_apart(tmp_path: Path) -> None:
    write_run(tmp_path)

    first: Any = answered(tmp_path, QUESTION, "--weights", "reliability", "--gold", 6)
    again: Any = answered(tmp_path, QUESTION, "--weights", "reliability", "--gold", 6)

    assert first["gold"]["questions"] == 6
    assert first["gold"]["calls"] == 6 * len(OWNERS)
    assert first["calls"] == paid(first) == 7 * len(OWNERS)
    assert paid(again) == 0
    assert again["answers"] == first["answers"]


def test_draws_on_live_questions_are_the_same_with_gold_questions_among_them(
    tmp_path: Path,
) -> None:
    write_run(tmp_path)
    write_rows(tmp_path / "asked.jsonl", LIVE)

    plain: Any = answered(tmp_path, "asked.jsonl", "--rule", "ac")
    weighed: Any = answered(tmp_path, "asked.jsonl", "--rule", "ac", "--weights", "gold")

    assert [one["counts"] for one in plain["answers"]] == [
        one["counts"] for one in weighed["answers"]
    ]


def test_gold_requests_look_like_live_ones_and_stand_among_them(tmp_path: Path) -> None:
    write_run(tmp_path)

    body: Any = answered(tmp_path, QUESTION, "--weights", "gold", "--gold", 11)

    with FramedLog.open(tmp_path / "runs/tiny-answers/calls.log") as log:
        assert Journal(log).tally().calls == body["calls"]
    records = (tmp_path / "runs/tiny-answers/calls.log").read_bytes()
    assert b"gold" not in records
    assert body["draws"] == 12 * len(OWNERS)


def test_a_file_of_gold_questions_marks_every_owner_on_all_of_them(tmp_path: Path) -> None:
    write_liars(tmp_path, 1)
    rows = [{"input": f"number {n}: it is broken", "target": "complaint"} for n in range(8)]
    write_rows(tmp_path / "gold.jsonl", rows)

    body: Any = answered(tmp_path, QUESTION, "--weights", "gold", "--gold", "gold.jsonl")

    assert [one["marked"] for one in body["weights"]] == [8, 8, 8, 8]
    assert [one["right"] for one in body["weights"]] == [8, 8, 8, 0]


def test_training_examples_of_real_owners_are_no_gold_questions(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    path.write_text(path.read_text().replace("[simulation]\n", ""))

    said = ask(tmp_path, "answer", "run.toml", QUESTION, "--weights", "gold")

    assert said.exit_code == 2
    assert "training examples would leave their owners" in said.stderr


def test_a_training_example_that_is_asked_is_no_gold_question(tmp_path: Path) -> None:
    write_run(tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "it.jsonl").read_text().splitlines()]
    asked = [{"input": row["input"].upper(), "id": row["id"]} for row in rows]
    write_rows(tmp_path / "asked.jsonl", asked)

    body: Any = answered(tmp_path, "asked.jsonl", "--weights", "gold", "--gold", 500)

    assert body["gold"]["questions"] == 3 * 16
    (it,) = [one for one in body["weights"] if one["client"] == "it"]
    assert it["marked"] == 3 * 16


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gold", "9"), "votes count alike"),
        (("--weights", "gold", "--gold", "0"), "--gold 0"),
        (("--weights", "gold", "--gold", "gone.jsonl"), "no such file"),
        (("--weights", "gold", "--gold", "untold.jsonl"), "has no right answer"),
        (("--weights", "gold", "--gold", "same.jsonl"), "is also asked"),
        (("--weights", "gold", "--gold", "stray.jsonl"), "none of the task's labels"),
        (("--weights", "some"), "'equal', 'gold', 'reliability'"),
    ],
)
def test_gold_questions_that_cannot_be_meant_are_refused(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    write_run(tmp_path)
    write_rows(tmp_path / "untold.jsonl", [{"input": "what?"}])
    write_rows(tmp_path / "same.jsonl", [{"input": QUESTION.upper(), "target": "complaint"}])
    write_rows(tmp_path / "stray.jsonl", [{"input": "it is late", "target": "Complaint"}])

    refused = ask(tmp_path, "answer", "run.toml", QUESTION, *words)

    assert refused.exit_code in {1, 2}
    assert said in refused.stderr
    assert not list(tmp_path.glob("runs/tiny-answers/answers.*"))


def test_the_verdict_shows_the_weights_and_what_they_do_not_prove(tmp_path: Path) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "answer", "run.toml", QUESTION, "--weights", "reliability")
    planned = ask(tmp_path, "answer", "run.toml", QUESTION, "--weights", "gold", "--dry-run")

    assert "weights by reliability, from 20 gold questions (80 calls):" in said.stdout
    assert all(f"- {owner} " in said.stdout for owner in OWNERS)
    assert "nothing is certified against lying owners" in said.stdout
    assert "21 questions x at most 4 draws x 1 calls = 84 calls" in planned.stdout
    assert "of these questions 20 are gold" in planned.stdout


def test_sure_votes_of_an_owner_weigh_more_where_label_scores_are_told(tmp_path: Path) -> None:
    run_files.write_run(tmp_path)

    plain: Any = only(answered(tmp_path, QUESTION, "--budget", 40, "--temperature", 2))
    words = ("--budget", 40, "--temperature", 2, "--spread", "softmax")
    sure: Any = only(answered(tmp_path, QUESTION, *words))

    assert sure["counts"] == plain["counts"]
    assert sure["share"] > plain["share"]
    assert sum(sure["weights"].values()) == pytest.approx(40)


def test_without_label_scores_a_spread_is_plain_and_the_tier_is_said(tmp_path: Path) -> None:
    write_run(tmp_path)

    body: Any = answered(tmp_path, QUESTION, "--spread", "most-confident", "--budget", 12)

    assert only(body)["weights"] == only(body)["counts"]
    assert any("tier T1" in note for note in body["notes"])
