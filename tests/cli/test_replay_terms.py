"""``fedbbpt replay``: what its options mean together; what cannot be meant is one clear line."""

import json
from pathlib import Path
from typing import Any

import pytest
from run_files import ask, write_run

from fedbbpt.experiment.answering.mix_file import read_mixes

BUDGETS = ("replay", "run.toml", "--budgets", "1,4", "--samples", "4", "--replays", "2")
OWNERS = ("billing", "facilities", "it", "people")


def bank(folder: Path, **changes: object) -> None:
    write_run(folder, space={"use": "bank"}, optimizer={}, **changes)


def asking(content: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


def write_mix(folder: Path) -> None:
    """Write a mix in which one owner has a prompt alone that another has under another name."""
    prompts = [
        {"name": "short", "share": 2, "prompt": asking("{input} complaint or praise?")},
        {"name": "steps", "prompt": asking("Think: {input} complaint or praise?")},
        {"name": "again", "prompt": asking("Think: {input} complaint or praise?")},
        {"name": "last", "prompt": asking("{input} Last?")},
    ]
    owners = {"billing": {"steps": 1}, "it": {"short": 1, "again": 1}, "people": {"last": 1}}
    body = {"kind": "prompt mix", "prompts": prompts, "owners": owners}
    (folder / "mix.json").write_text(json.dumps(body))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budgets", "0,x"), "--budgets 0,x: '0' is no number of calls"),
        (("--budgets", "1,x"), "--budgets 1,x: 'x' is no number of calls"),
        (("--budgets", "1,,3"), "--budgets 1,,3: '' is no number of calls"),
        (
            ("--recipe", "scop", "--paraphrases", "3", "--budgets", "3"),
            "--budgets 3: paraphrases needs at least 5 calls a question, 3 of them to write",
        ),
        (("--paraphrases", "3"), "paraphrases needs at least 5 calls a question"),
        (("--recipe", "esc"), "--budgets 4: ESC needs at least 5 calls a question"),
        (("--budgets", "1", "--write-mix", "m.json"), "ours needs at least 2 calls a question"),
        (("--write-mix", "nowhere/m.json"), "--write-mix nowhere/m.json: no file can be there"),
        (("run.toml", "--write-mix", "m.json"), "a mix is of one run file's owners"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line_before_anything_is_asked(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    bank(tmp_path)

    refused = ask(tmp_path, *BUDGETS, *words)

    assert refused.exit_code == 2
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_budget_below_one_draw_is_refused_and_says_what_a_draw_takes(tmp_path: Path) -> None:
    bank(tmp_path, reasoning={"use": "zero_shot_cot", "second_call": True}, scoring={})

    refused = ask(tmp_path, *BUDGETS)

    assert refused.exit_code == 2
    assert "--budgets 1: one draw takes 2 calls in tiny's way of reasoning" in refused.stderr


def test_a_way_to_vote_is_no_search_to_compare_and_where_it_belongs_is_said(tmp_path: Path) -> None:
    bank(tmp_path)

    voting = ask(tmp_path, "compare", "run.toml", "--recipes", "halving,esc", "--dry-run")
    unknown = ask(tmp_path, "compare", "run.toml", "--recipes", "zzz", "--dry-run")

    assert "recipe = 'esc': a way to vote, not a search" in voting.stderr
    assert "fedbbpt replay --recipe esc compares it" in voting.stderr
    assert "no such recipe. Known: " in unknown.stderr


def test_prompts_of_all_owners_are_recorded_each_once_in_the_order_of_the_file(
    tmp_path: Path,
) -> None:
    bank(tmp_path)
    write_mix(tmp_path)

    said = ask(tmp_path, *BUDGETS, "--prompts", "mix.json")
    planned = ask(tmp_path, *BUDGETS, "--prompts", "mix.json", "--most", "2", "--dry-run")

    assert said.exit_code == 0, said.output
    (one,) = json.loads((tmp_path / "runs/replay/replay.json").read_text())["sets"]
    assert set(one["prompts"]) == {"short", "steps", "last"}
    assert "shares of the prompts are not used" in said.stdout
    assert "the first 2 of 3 prompts are recorded (--most)" in planned.stdout


def test_prompts_that_a_run_keeps_for_each_owner_are_not_asked_of_the_others(
    tmp_path: Path,
) -> None:
    bank(tmp_path)
    assert ask(tmp_path, "run", "run.toml").exit_code == 0
    alike = ask(tmp_path, *BUDGETS, "--prompts", "tuned", "--dry-run")
    folder = tmp_path / "runs/tiny"
    tuned = json.loads((folder / "tuned.json").read_text())
    (folder / "owners").mkdir(exist_ok=True)
    shown = tuned["prompt"]["messages"][-1]["content"]
    tuned["prompt"]["messages"][-1]["content"] = f"Dear Ann, thanks. praise. {shown}"
    (folder / "owners/billing.json").write_text(json.dumps(tuned))

    refused = ask(tmp_path, *BUDGETS, "--prompts", "tuned")

    assert "tiny: calibrations are not used" in alike.stdout
    assert "112 questions x 1 prompts" in alike.stdout
    assert refused.exit_code == 2
    assert "--prompts tuned: the owners' prompts differ" in refused.stderr


def test_what_ours_chose_is_a_mix_that_answer_takes(tmp_path: Path) -> None:
    bank(tmp_path)
    words = (*BUDGETS, "--most", "3", "--write-mix", "ours.json")

    said = ask(tmp_path, *words)
    first = (tmp_path / "ours.json").read_bytes()
    again = ask(tmp_path, *words)
    mixes = read_mixes(tmp_path / "ours.json", OWNERS)
    answered = ask(tmp_path, "answer", "run.toml", "thanks for it", "--prompts", "ours.json")

    assert said.exit_code == again.exit_code == 0, said.output
    assert "Mix of ours, for answer --prompts: ours.json" in said.stdout
    assert (tmp_path / "ours.json").read_bytes() == first
    assert "on tiny at 4 calls a question" in json.loads(first)["note"]
    assert mixes is not None
    for owner in OWNERS:
        assert sum(one.share for one in mixes[owner].ingredients) == pytest.approx(1, abs=1e-5)
    assert answered.exit_code == 0, answered.output
    assert "the prompt mix ours.json" in answered.stdout
