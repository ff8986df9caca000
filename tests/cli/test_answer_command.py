"""``fedbbpt answer``: what it prints and leaves, what it refuses, and what it pays."""

import json
from pathlib import Path

import pytest
import run_files
from answer_runs import QUESTION, WRITTEN, answered, only, paid, write_run
from run_files import ask
from tiny_run import OWNERS, put, tiny_tables, toml, write_rows

from fedbbpt.config.voting_recipes import voting_recipe_names

ASKED = [
    {"input": "it was kind and smooth", "target": "praise"},
    {"input": "all of it is wrong", "target": "complaint"},
    {"input": "late, broken, but thanks", "id": "third"},
]


def test_a_question_is_answered_by_every_owner_once(tmp_path: Path) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0] == "complaint"
    assert "4 draws by 4 owners" in lines[1]
    assert "prompts: the start of the run file" in lines
    assert "4 calls paid now" in lines[-1]
    one = json.loads((tmp_path / "runs/tiny-answers/answers.jsonl").read_text())
    assert one["owners"] == dict.fromkeys(OWNERS, 1)
    assert one["counts"] == {"complaint": 4}
    assert one["calls"] == 4


def test_where_replies_tell_the_label_scores_one_call_a_prompt_is_enough(tmp_path: Path) -> None:
    run_files.write_run(tmp_path)

    body = answered(tmp_path, QUESTION, "--budget", 40, "--temperature", 2)

    assert paid(body) == 1
    assert body["calls"] == len(OWNERS)
    assert body["draws"] == 40
    assert set(only(body)["counts"]) == {"complaint", "praise"}  # type: ignore[call-overload]


def test_the_same_question_again_pays_nothing_and_says_the_same(tmp_path: Path) -> None:
    write_run(tmp_path)

    first = answered(tmp_path, QUESTION, "--rule", "e-process")
    again = answered(tmp_path, QUESTION, "--rule", "e-process")

    assert paid(first) > 0 == paid(again)
    assert first["answers"] == again["answers"]


def test_answering_that_met_a_cap_goes_on_and_pays_nothing_twice(tmp_path: Path) -> None:
    write_rows(tmp_path / "asked.jsonl", ASKED)
    write_run(tmp_path, caps={"calls": 7})
    words = ("answer", "run.toml", "asked.jsonl", "--rule", "esc")

    stopped = ask(tmp_path, *words)
    (tmp_path / "run.toml").write_text(toml(tiny_tables(scoring=WRITTEN, caps={"calls": 700})))
    whole = answered(tmp_path, "asked.jsonl", "--rule", "esc")

    assert stopped.exit_code == 1
    assert "raise [caps] calls" in stopped.stderr
    assert whole["journal"]["calls"] == whole["calls"]  # type: ignore[index]


def test_a_grant_of_an_owner_holds(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "run.toml").write_text(
        toml(put(tiny_tables(scoring=WRITTEN), "owner.2.grant", {"calls": 1}))
    )

    said = ask(tmp_path, "answer", "run.toml", QUESTION, "--budget", 12)

    assert said.exit_code == 1
    assert "it" in said.stderr
    assert "grant" in said.stderr


@pytest.mark.parametrize("rule", ["fixed", "ac", "esc", "e-process", "shared"])
def test_a_file_is_answered_under_every_rule_within_its_budget(tmp_path: Path, rule: str) -> None:
    write_run(tmp_path)
    write_rows(tmp_path / "asked.jsonl", ASKED)

    body = answered(tmp_path, "asked.jsonl", "--rule", rule, "--budget", 6)

    assert [one["id"] for one in body["answers"]] == ["asked-1", "asked-2", "third"]  # type: ignore[attr-defined]
    assert body["calls"] == body["draws"] <= 18  # type: ignore[operator]
    assert body["score"]["questions"] == 2  # type: ignore[index]
    assert paid(body) == body["calls"]


def test_the_tuned_prompt_and_its_mixture_answer_after_a_run(tmp_path: Path) -> None:
    write_run(tmp_path)
    assert ask(tmp_path, "run", "run.toml").exit_code == 0

    tuned = only(answered(tmp_path, QUESTION))
    mixed = only(answered(tmp_path, QUESTION, "--prompts", "mixture", "--budget", 20))

    assert tuned["prompts"] == {"tuned": 4}
    assert len(mixed["prompts"]) > 1  # type: ignore[arg-type]
    assert sum(mixed["prompts"].values()) == 20  # type: ignore[attr-defined]


def test_owners_have_prompts_of_their_own_in_a_mix(tmp_path: Path) -> None:
    write_run(tmp_path)
    messages = [{"role": "user", "content": "Ticket: {input}\nIs it complaint or praise?"}]
    short = [{"role": "user", "content": "{input}: complaint or praise?"}]
    mix = {
        "kind": "prompt mix",
        "prompts": [
            {"name": "long", "prompt": {"messages": messages}},
            {"name": "short", "prompt": {"messages": short}, "share": 2},
        ],
        "owners": {"it": {"long": 1}},
    }
    (tmp_path / "mix.json").write_text(json.dumps(mix))

    body = answered(tmp_path, QUESTION, "--prompts", "mix.json", "--budget", 24)

    used = only(body)["prompts"]
    assert used["long"] >= 6  # type: ignore[index]
    assert used["short"] > 6  # type: ignore[index]


def test_all_choices_of_a_bank_answer_alike(tmp_path: Path) -> None:
    write_run(tmp_path, space={"use": "bank"}, optimizer={}, recipe="halving")

    one = only(answered(tmp_path, QUESTION, "--prompts", "all", "--budget", 30))

    assert len(one["prompts"]) > 4  # type: ignore[arg-type]


def test_a_question_that_nobody_can_answer_ends_with_1_and_its_cost(tmp_path: Path) -> None:
    lexicon = {"yes": {"broken": 1.0}, "no": {"kind": 1.0}}
    write_run(tmp_path, endpoint={"use": "scripted", "lexicon": lexicon})

    said = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert said.exit_code == 1
    assert said.stdout.splitlines()[0] == "no usable answer from anyone"
    assert "4 abstained" in said.stdout
    assert "4 calls paid now" in said.stdout


def test_votes_that_are_one_vote_are_noted(tmp_path: Path) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "answer", "run.toml", QUESTION, "--temperature", 0)

    assert "they are one vote counted several times" in said.stdout


def test_a_dry_run_sends_nothing_and_says_the_most(tmp_path: Path) -> None:
    write_run(tmp_path)
    write_rows(tmp_path / "asked.jsonl", ASKED)

    said = ask(tmp_path, "answer", "run.toml", "asked.jsonl", "--rule", "ac", "--dry-run")

    assert "3 questions x at most 20 draws x 1 calls = 60 calls" in said.stdout
    assert not (tmp_path / "runs").exists()


def test_a_recipe_gives_the_options_that_are_not_written(tmp_path: Path) -> None:
    write_run(tmp_path)

    esc = answered(tmp_path, QUESTION, "--recipe", "esc", "--window", 3)
    icl = answered(tmp_path, QUESTION, "--recipe", "fed-icl")

    assert esc["rule"] == "esc"
    assert esc["draws"] % 3 == 0  # type: ignore[operator]
    assert icl["rule"] == "fixed"
    assert icl["draws"] == len(OWNERS)


@pytest.mark.parametrize("recipe", voting_recipe_names())
def test_every_recipe_answers_or_says_what_it_needs(tmp_path: Path, recipe: str) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "answer", "run.toml", QUESTION, "--recipe", recipe, "--budget", 40)

    if recipe == "federated-vote":  # it needs the shares that a finished search ended with
        assert "has not finished" in said.stderr
    else:
        assert said.exit_code in {0, 1}
        assert "calls paid now" in said.stdout, said.output
