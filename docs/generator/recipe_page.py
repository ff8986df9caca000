"""The page about recipes: the published methods, their sources, and their tables."""

from importlib.resources import files

from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names
from generator.markdown import block, page

_INTRODUCTION = """\
A recipe is a published method as the defaults of a run file's search tables; `recipe = "NAME"`
takes it, and any key that the run file writes replaces the recipe's. *Faithful* says what is as
published, *ours* what is not, *unverified* what could not be checked at its source, *tier* what the
endpoint must give back: T0 text, T1 the likeliest first tokens, T2 scores of chosen tokens; T3 also
takes soft tokens. The family *voting* is for `fedbbpt answer --recipe` and for
`fedbbpt replay --recipe`, all others are for run files."""


def recipe_page() -> str:
    """Return the page."""
    votes = [_recipe(name, "voting/") for name in voting_recipe_names()]
    return page("Recipes", _INTRODUCTION, *map(_recipe, recipe_names()), *votes)


def _recipe(name: str, room: str = "") -> str:
    about = load_voting_recipe(name).about if room else load_recipe(name)["about"]
    facts = [f"- *{key}*: {text}" for key, text in about.items() if key != "title"]
    text = files("fedbbpt.recipes").joinpath(f"{room}{name}.toml").read_text(encoding="utf-8")
    tables = text[text.index("\n[", text.index("[about]") + 1) :]
    title = f"{about['title']}."
    return "\n\n".join([f"## {name}", title, "\n".join(facts), block("toml", tables)])
