"""Every way to vote says what it is, asks in a way that exists, and can be taken by a run."""

from pathlib import Path

import pytest
import run_files

from fedbbpt.cli.voting_options import prepared_to_answer
from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.answering.asking_plan import AskingPlan
from fedbbpt.experiment.replaying.contest import OURS, PARAPHRASES
from fedbbpt.experiment.replaying.further_trials import FED_DP_COT, ONE_CALL

NAMES = voting_recipe_names()
REPLAYED = {"SC", "AC .95", "ESC", OURS, PARAPHRASES, FED_DP_COT, *ONE_CALL}


def test_every_file_is_found() -> None:
    files = (Path(__file__).parents[1] / "fedbbpt" / "recipes" / "voting").glob("*.toml")

    assert sorted(path.stem for path in files) == list(NAMES)
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_a_way_to_vote_says_its_source_and_where_it_departs_from_it(name: str) -> None:
    about = load_voting_recipe(name).about

    assert list(about) == ["title", "family", "source", "faithful", "ours", "tier"]
    assert all(text.strip() for text in about.values())
    assert about["tier"].startswith(("T0", "T1"))


@pytest.mark.parametrize("name", NAMES)
def test_a_way_to_vote_can_be_taken(tmp_path: Path, name: str) -> None:
    recipe = load_voting_recipe(name)
    told = recipe.answer

    plan = AskingPlan(
        told.rule, told.draws or 4, told.most, told.threshold, told.delta, told.window
    )
    run_files.write_run(tmp_path)
    prepared = prepared_to_answer(tmp_path / "run.toml", name)

    assert plan.draws >= 1
    assert prepared.scoring.reasoning.most_requests >= 1
    assert recipe.replayed in REPLAYED or recipe.unreplayed


def test_an_unknown_way_to_vote_is_answered_with_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'esc'\?"):
        load_voting_recipe("esq")
