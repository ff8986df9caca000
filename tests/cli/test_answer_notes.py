"""What ``fedbbpt answer`` says beside a verdict: prompts without a gate, votes that are one."""

from pathlib import Path

import pytest
import run_files
from answer_runs import QUESTION, answered, write_run
from run_files import ask

SAME = "one vote counted several times"
UNGATED = "did not pass its gate on dev"


def notes(folder: Path, *words: object) -> str:
    said = answered(folder, QUESTION, *words)["notes"]
    assert isinstance(said, list)
    return " ".join(said)


def test_a_mixture_whose_search_failed_its_gate_says_so(tmp_path: Path) -> None:
    run_files.write_run(
        tmp_path,
        space={"use": "bank"},
        optimizer={"mixture": 0.05, "use": "top_two"},
        search={"block": 8, "requests": 400, "nested": False},
    )
    said = ask(tmp_path, "run", "run.toml")
    assert "No improvement found" in said.output

    mixed = notes(tmp_path, "--prompts", "mixture")
    voted = notes(tmp_path, "--recipe", "federated-vote")
    tuned = notes(tmp_path, "--prompts", "tuned")

    assert UNGATED in mixed
    assert UNGATED in voted
    assert UNGATED not in tuned


def test_a_mixture_that_passed_its_gate_needs_no_word(tmp_path: Path) -> None:
    run_files.write_run(
        tmp_path,
        gate={"alpha": 0.999},
        space={"use": "bank"},
        prompt={"user": "{input}?"},
        search={"block": 8, "requests": 400, "nested": False},
        optimizer={"mixture": 0.05, "use": "top_two"},
    )
    said = ask(tmp_path, "run", "run.toml")
    assert "No improvement found" not in said.output

    assert UNGATED not in notes(tmp_path, "--prompts", "mixture")


@pytest.mark.parametrize(
    ("words", "same"),
    [
        (("--temperature", 0), True),
        (("--temperature", 0, "--budget", 1), False),
        (("--temperature", 0.5), False),
        (("--temperature", 0, "--prompts", "all"), False),
        (("--temperature", 0, "--rule", "ac", "--budget", 1), False),
    ],
)
def test_greedy_draws_of_one_prompt_are_one_vote_only_where_there_are_several(
    tmp_path: Path, words: tuple[object, ...], same: bool
) -> None:
    write_run(tmp_path, space={"use": "bank"}, optimizer={})

    assert (SAME in notes(tmp_path, *words)) == same


def test_owners_that_show_their_own_examples_do_not_say_the_same(tmp_path: Path) -> None:
    write_run(tmp_path)

    assert SAME not in notes(tmp_path, "--recipe", "fed-icl")


def test_owners_with_own_calibrations_do_not_say_the_same(tmp_path: Path) -> None:
    run_files.write_run(tmp_path)
    done = ask(tmp_path, "run", "run.toml")
    assert done.exit_code == 0, done.output

    assert SAME in notes(tmp_path, "--temperature", 0, "--prompts", "start")
    assert SAME not in notes(tmp_path, "--temperature", 0, "--prompts", "tuned")
