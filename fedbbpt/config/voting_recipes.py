"""Recipes of answering: published ways to vote as the defaults of ``answer`` and ``replay``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from fedbbpt.closest import did_you_mean
from fedbbpt.config.sections import Table
from fedbbpt.config.strict import as_table, read_section
from fedbbpt.errors import ConfigError

_FOLDER = "fedbbpt.recipes.voting"


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """``[answer]`` of such a recipe.

    Attributes:
        rule: when to stop.
        draws: of a question; 0 for one an owner.
        rounds: times that ``draws`` of 0 goes round the owners.
        most: draws on one question, where they are shared.
        threshold: of ``ac``.
        delta: of ``e-process``.
        window: of ``esc``.
        temperature: of the draws.
        prompts: as ``--prompts``.
        weights: of the owners' votes.
        spread: of the votes of one owner.
    """

    rule: str
    draws: int = 0
    rounds: int = 1
    most: int = 20
    threshold: float = 0.95
    delta: float = 0.05
    window: int = 5
    temperature: float = 0.7
    prompts: str = ""
    weights: str = "equal"
    spread: str = "plain"


@dataclass(frozen=True, slots=True)
class VotingRecipe:
    """A way to answer.

    Attributes:
        about: title, source, what is faithful and what is ours.
        reasoning: table of the way of reasoning, which replaces that of a run file; empty keeps it.
        answer: how it asks.
        replayed: name of its row in a replay; empty where it needs what is not recorded.
        unreplayed: why it has no row; empty where it has one.
    """

    about: Mapping[str, str]
    reasoning: Table
    answer: AnswerSection
    replayed: str = ""
    unreplayed: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    about: Table
    answer: Table
    reasoning: Table = field(default_factory=dict)
    replay: Table = field(default_factory=dict)


def voting_recipe_names() -> tuple[str, ...]:
    """Return the ways to vote that ship with the package."""
    found = (item.name for item in files(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def load_voting_recipe(name: str) -> VotingRecipe:
    """Return a way to vote.

    Raises:
        ConfigError: there is none of this name.
    """
    known = voting_recipe_names()
    if name not in known:
        raise ConfigError(
            f"--recipe {name}: no such way to vote{did_you_mean(name, known) or '.'} "
            f"Known: {', '.join(known)}"
        )
    text = files(_FOLDER).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    body = read_section(_File, tomllib.loads(text), name)
    replay = as_table(body.replay, f"{name}.replay")
    return VotingRecipe(
        about={key: str(value) for key, value in body.about.items()},
        reasoning=body.reasoning,
        answer=read_section(AnswerSection, body.answer, f"{name}.answer"),
        replayed=str(replay.get("method", "")),
        unreplayed=str(replay.get("why_not", "")),
    )
