"""A run in which owners differ: one prompt for all, and one of its own for who needs another."""

from pathlib import Path

import pytest
from dialects import KEYS, dialect_tables
from tiny_run import tiny_run

import fedbbpt
from fedbbpt.api import Result
from fedbbpt.config.estimate import estimates
from fedbbpt.config.prepare import prepare
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.answering.mix_file import read_mixes
from fedbbpt.runs.results import Results
from fedbbpt.runs.stored import read_stored
from fedbbpt.tuned import TunedPrompt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dialects")


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    tables = dialect_tables(folder)
    return fedbbpt.optimize(tables, directory=folder / "kept")


def system_of(path: Path) -> str:
    return TunedPrompt.load(path).prompt.messages[0].content


def test_the_shared_prompt_suits_most_and_the_other_owner_gets_its_own(
    result: Result, folder: Path
) -> None:
    (own,) = result.results.own_prompts

    assert (own.owner, own.name, own.kept) == ("south", "check", True)
    assert own.test.gain == pytest.approx(0.5, abs=0.15)
    assert own.score.score == 1.0
    assert result.tuned.prompt.messages[0].content == "PLAN it."
    assert system_of(folder / "kept" / "tuned.json") == "PLAN it."
    for owner, word in KEYS.items():
        assert system_of(folder / "kept" / "owners" / f"{owner}.json") == f"{word} it."


def test_an_owners_file_names_its_own_score(result: Result, folder: Path) -> None:
    south = TunedPrompt.load(folder / "kept" / "owners" / "south.json").origin
    north = TunedPrompt.load(folder / "kept" / "owners" / "north.json").origin

    assert (south["own_prompt"], south["test_score"], south["test_items"]) == ("check", 1.0, 24)
    assert "own_prompt" not in north
    assert result.results.test.n == north["test_items"] == 72


def test_people_read_of_it_in_rounds_and_report(result: Result, folder: Path) -> None:
    lines = (folder / "kept" / "rounds.txt").read_text()
    page = (folder / "kept" / "report.html").read_text()

    assert "south's own prompt: check, kept" in lines
    assert "Prompts of their own" in page
    assert read_stored(folder / "kept" / "results.json", Results) == result.results


def test_the_beliefs_are_a_prompt_mix_to_answer_with(result: Result, folder: Path) -> None:
    mixes = read_mixes(folder / "kept" / "mix.json", tuple(KEYS))

    assert result.results.own_prompts
    assert mixes is not None
    leaders = {
        owner: max(mix.ingredients, key=lambda one: one.share).name for owner, mix in mixes.items()
    }
    assert leaders == {"north": "plan", "south": "check", "west": "plan"}


def test_again_it_is_the_same_and_nothing_is_paid_twice(result: Result, folder: Path) -> None:
    before = (folder / "kept" / "results.json").read_bytes()

    again = fedbbpt.optimize(dialect_tables(folder), directory=folder / "kept")

    assert (folder / "kept" / "results.json").read_bytes() == before
    assert again.stats.calls == result.stats.calls


def test_what_was_paid_is_within_what_was_planned(result: Result, folder: Path) -> None:
    prepared = prepare(tiny_run(folder, dialect_tables(folder)), {})

    planned = prepared.plan.requests + prepared.held_out_requests

    assert prepared.personal
    assert result.stats.calls <= planned
    assert estimates(prepared)[-1].calls >= result.stats.calls


def test_a_bank_that_grows_is_refused(folder: Path) -> None:
    tables = dialect_tables(folder, proposer={"use": "rewrite"}, space={"use": "instructions"})

    with pytest.raises(ConfigError, match="join on the way"):
        prepare(tiny_run(folder, tables), {})
