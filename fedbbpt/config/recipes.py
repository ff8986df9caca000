"""Recipes: published methods as the defaults of a run file's search tables."""

import tomllib
from importlib.resources import files

from fedbbpt.closest import did_you_mean
from fedbbpt.config.sections import RunSection, Table
from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names
from fedbbpt.errors import ConfigError


def recipe_names() -> tuple[str, ...]:
    """Return the recipes that ship with the package."""
    found = (item.name for item in files("fedbbpt.recipes").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def load_recipe(name: str) -> dict[str, Table]:
    """Return a recipe's tables.

    Raises:
        ConfigError: no such recipe.
    """
    if name not in recipe_names():
        if name in voting_recipe_names():
            replayed = load_voting_recipe(name).replayed
            compared = f"; fedbbpt replay --recipe {name} compares it" if replayed else ""
            raise ConfigError(
                f"[run file] recipe = {name!r}: a way to vote, not a search; fedbbpt answer "
                f"--recipe {name} answers by it{compared}"
            )
        hint = did_you_mean(name, recipe_names()) or "."
        raise ConfigError(
            f"[run file] recipe = {name!r}: no such recipe{hint} Known: {', '.join(recipe_names())}"
        )
    text = files("fedbbpt.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    recipe: dict[str, Table] = tomllib.loads(text)
    return recipe


def with_recipe(run: RunSection) -> dict[str, Table]:
    """Return the search tables of a run: the recipe's, key by key replaced by the file's own.

    A table that names another plugin than the recipe takes nothing from the recipe. So a file that
    names a way of reasoning of its own, ``direct`` among them, has that one.

    Raises:
        ConfigError: no such recipe.
    """
    recipe = load_recipe(run.recipe)
    own = {
        "space": run.space,
        "optimizer": run.optimizer,
        "aggregator": run.aggregator,
        "proposer": run.proposer,
        "search": run.search,
        "reasoning": run.reasoning,
    }
    return {name: _merged(recipe.get(name, {}), table) for name, table in own.items()}


def _merged(recipe: Table, own: Table) -> Table:
    if "use" in own and own["use"] != recipe.get("use"):
        return own
    return {**recipe, **own}
