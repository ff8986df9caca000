"""``fedbbpt answer`` where owners, models or questions are odd: what it says, and how it ends."""

from pathlib import Path
from typing import Any

import pytest
from answer_runs import answered, only
from odd_model import OddModel
from run_files import ask
from tiny_run import OWNERS, tiny_tables, toml, write_rows

from fedbbpt.completions import Request
from fedbbpt.prompts import Message

QUESTION = "Of 12 apples 5 are eaten. How many are left?"
ODD = {"use": "odd_model:OddModel"}
SUMS = {"name": "sums", "topic": "sum", "answer": "number"}
EXEMPLARS = """[[exemplars]]
name = "own"
source = "mine"
items = [ { input = "Of 12  apples 5 are EATEN. How many are left?", label = "Answer: 7" } ]
"""


def write_sums(folder: Path, owners: int = len(OWNERS), **changes: Any) -> None:  # noqa: ANN401 - tables of a run file
    """Write a run whose owners answer sums with the odd model."""
    for place, owner in enumerate(OWNERS):
        rows = [
            {"input": f"{owner}: of {n + 9 + place} apples {n} are eaten", "target": f"{9 + place}"}
            for n in range(40)
        ]
        write_rows(folder / f"{owner}.jsonl", rows)
    tables = tiny_tables(
        task=SUMS,
        prompt={"user": "{input}"},
        scoring={"max_tokens": 40},
        reasoning={"use": "zero_shot_cot"},
        endpoint=ODD,
        space={"use": "bank"},
        optimizer={},
        owner=[{"name": name, "data": f"{name}.jsonl"} for name in OWNERS[:owners]],
    )
    (folder / "run.toml").write_text(toml({**tables, **changes}))


def test_where_all_abstain_it_says_so_and_what_it_cost_and_ends_with_1(tmp_path: Path) -> None:
    write_sums(tmp_path)

    said = ask(tmp_path, "answer", "run.toml", "mute")

    assert said.exit_code == 1
    assert said.stdout.splitlines()[0] == "no usable answer from anyone"
    assert "votes: none; 4 abstained, 0 without a reply, 4 draws by 4 owners" in said.stdout
    assert "nothing is proven" in said.stdout
    assert "4 calls paid now" in said.stdout


def test_one_question_of_a_file_without_an_answer_leaves_the_others_theirs(tmp_path: Path) -> None:
    write_sums(tmp_path)
    write_rows(tmp_path / "asked.jsonl", [{"input": "mute"}, {"input": QUESTION}])

    said = ask(tmp_path, "answer", "run.toml", "asked.jsonl")

    assert said.exit_code == 0
    assert "asked-1: (no usable answer)" in said.stdout
    assert "asked-2: 7 (100.0 % of votes" in said.stdout
    assert "2 questions, 1 without an answer; 8 draws, 8 calls" in said.stdout


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"task": {"name": "sums", "topic": "sum"}, "reasoning": {"use": "direct"}},
    ],
    ids=["reasoning", "whole texts"],
)
def test_replies_that_reached_their_largest_length_abstain_and_are_counted(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    write_sums(tmp_path, **changes)

    said = ask(tmp_path, "answer", "run.toml", "an endless one")

    assert said.exit_code == 1
    assert "4 abstained" in said.stdout
    assert "4 of the abstentions are replies that reached their largest length" in said.stdout
    assert "raise max_tokens" in said.stdout


def test_one_owner_alone_answers_and_its_vote_is_called_its_word(tmp_path: Path) -> None:
    write_sums(tmp_path, owners=1)

    said = ask(tmp_path, "answer", "run.toml", QUESTION)
    weighed = ask(tmp_path, "answer", "run.toml", QUESTION, "--weights", "gold")

    assert said.stdout.splitlines()[0] == "7"
    assert "1 draw by 1 owner\n" in said.stdout
    assert "its vote is its word" in said.stdout
    assert "nobody to be weighed against" in weighed.stderr


def test_two_owners_in_a_tie_are_decided_by_a_rule_that_is_said(tmp_path: Path) -> None:
    write_sums(tmp_path, owners=2)
    tables = (tmp_path / "run.toml").read_text()
    other = '{ use = "odd_model:OddModel", says = "Answer: 6" }'
    (tmp_path / "run.toml").write_text(
        tables.replace('data = "billing.jsonl"', f'data = "billing.jsonl"\nendpoint = {other}')
    )

    one: Any = only(answered(tmp_path, QUESTION))

    assert one["counts"] == {"6": 1, "7": 1}
    assert (one["answer"], one["decided_by"], one["share"]) == ("6", "order of choices", 0.5)
    assert any("a tie, decided by" in said for said in one["certificate"]["conditions"])


def test_an_answer_of_another_kind_abstains(tmp_path: Path) -> None:
    write_sums(tmp_path, endpoint={**ODD, "says": "Answer: on Monday"})

    said = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert said.exit_code == 1
    assert "4 abstained" in said.stdout


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task": {**SUMS, "answer": "date"}}, "[task] answer: date does not fit: the targets"),
        ({"task": {**SUMS, "answer": "sum"}}, "sum"),
        ({"task": {"name": "sums", "topic": "sum"}}, "say which kind ends it"),
        ({"task": {**SUMS, "labels": ["a", "b"]}}, "drop one of them"),
    ],
)
def test_a_kind_of_answer_that_the_task_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    write_sums(tmp_path, **changes)

    refused = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert refused.exit_code in {1, 2}
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_target_of_another_kind_in_a_file_of_questions_is_refused_by_name(
    tmp_path: Path,
) -> None:
    write_sums(tmp_path)
    write_rows(tmp_path / "asked.jsonl", [{"input": QUESTION, "target": "many", "id": "third"}])

    refused = ask(tmp_path, "answer", "run.toml", "asked.jsonl")

    assert refused.exit_code == 1
    assert "the target 'many' of third is none of the task's answers" in refused.stderr


def test_an_exemplar_that_is_the_question_is_refused_up_to_case_and_spacing(tmp_path: Path) -> None:
    (tmp_path / "shots.toml").write_text(EXEMPLARS)
    reasoning = {"use": "few_shot_cot", "library": "shots.toml", "exemplars": "own"}
    write_sums(tmp_path, reasoning=reasoning)

    refused = ask(tmp_path, "answer", "run.toml", QUESTION)
    other = ask(tmp_path, "answer", "run.toml", QUESTION.replace("12", "13"))

    assert refused.exit_code == 1
    assert "a question is an exemplar of the way of reasoning" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert other.exit_code == 0


def test_a_prompt_that_holds_the_question_in_its_own_message_is_refused(tmp_path: Path) -> None:
    content = f"Q: {QUESTION.upper()} A: 7. Q: {{input}}"
    write_sums(tmp_path, prompt={"user": content})

    refused = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert refused.exit_code == 1
    assert "a question is an exemplar of the prompt" in refused.stderr


def test_a_wording_with_other_numbers_is_dropped_paid_for_and_counted(tmp_path: Path) -> None:
    write_sums(tmp_path, reasoning={"use": "synonymous_questions", "count": 2})

    said = ask(tmp_path, "answer", "run.toml", QUESTION)
    one: Any = only(answered(tmp_path, QUESTION))

    assert "8 other wordings were paid for and thrown away" in said.stdout
    assert one["dropped_wordings"] == 8
    assert one["calls"] == 4 * (2 + 1)
    assert one["counts"] == {"7": 4}


def test_a_wording_with_the_same_numbers_is_asked(tmp_path: Path) -> None:
    wording = "<question>Five of 12 apples were eaten; how many remain?</question>"
    write_sums(
        tmp_path,
        reasoning={"use": "synonymous_questions", "count": 1},
        endpoint={**ODD, "rewording": wording},
    )

    one: Any = only(answered(tmp_path, QUESTION))

    assert one["dropped_wordings"] == 0
    assert one["calls"] == 4 * (1 + 2)


def test_the_odd_model_breaks_off_as_endpoints_say_it() -> None:
    reply = OddModel().reply(Request((Message("user", "endless"),)))

    assert (reply.finish_reason, "Answer" in reply.text) == ("length", False)
