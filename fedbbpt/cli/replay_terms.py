"""What ``fedbbpt replay`` compares, read from its options: budgets and rows."""

from collections.abc import Sequence
from pathlib import Path

from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.replaying.contest import PARAPHRASES
from fedbbpt.experiment.replaying.further_trials import FED_DP_COT
from fedbbpt.experiment.replaying.shown_sets import ShownSet, shown_sets


def budgets_of(given: str) -> tuple[int, ...]:
    """Return the budgets of ``--budgets``, each once, the smallest first.

    >>> budgets_of("5, 1,5")
    (1, 5)

    Raises:
        ConfigError: one of them is no whole number above 0.
    """
    for word in given.split(","):
        if not (word.strip().isascii() and word.strip().isdecimal() and int(word)):
            raise ConfigError(
                f"--budgets {given}: {word.strip()!r} is no number of calls; write whole numbers "
                "from 1, with commas between, such as 1,3,5,10,20"
            )
    return tuple(sorted({int(word) for word in given.split(",")}))


def exemplars_for(given: Sequence[str], task: str) -> tuple[ShownSet, ...]:
    """Return the exemplar sets of ``--exemplars`` that are shown in a task.

    Args:
        given: files, each for all tasks, or for one as ``TASK=FILE``.
        task: its name.

    Raises:
        ConfigError: a file cannot be read, or holds no set.
    """
    named = [word.partition("=") for word in given]
    return shown_sets(
        [
            Path(path if equals else before)
            for before, equals, path in named
            if not equals or before == task
        ]
    )


def rows_of(recipes: Sequence[str], paraphrases: int, exemplars: int) -> tuple[str, ...]:
    """Return the names of the rows that ``--recipe`` names.

    Args:
        recipes: ways to vote.
        paraphrases: that are written of each question.
        exemplars: files of exemplars that are shown.

    Raises:
        ConfigError: there is no such way to vote, or its row is not recorded.
    """
    named = []
    for name in recipes:
        recipe = load_voting_recipe(name)
        replayed = recipe.replayed
        if not replayed:
            known = [n for n in voting_recipe_names() if load_voting_recipe(n).replayed]
            why = recipe.unreplayed or "it asks what no table records"
            raise ConfigError(
                f"--recipe {name}: {why}; replayed are {', '.join(known)}. "
                "Name its way of reasoning in the run file instead"
            )
        if replayed == PARAPHRASES and not paraphrases:
            raise ConfigError(f"--recipe {name}: it votes over paraphrases; add --paraphrases 4")
        if replayed == FED_DP_COT and not exemplars:
            raise ConfigError(
                f"--recipe {name}: it shows solved questions; add --exemplars FILE, which fedbbpt "
                "exemplars writes"
            )
        named.append(replayed)
    return tuple(named)
