"""The page about recipes: the published methods, their sources, and their tables."""

from importlib.resources import files

from fedbbpt.config.recipes import load_recipe, recipe_names
from generator.markdown import block, page

_INTRODUCTION = """\
A recipe is a published method as the defaults of a run file's search tables; `recipe = "NAME"`
takes it, and any key that the run file writes replaces the recipe's. *Faithful* says what is as
published, *ours* what is not, *tier* what the endpoint must give back."""


def recipe_page() -> str:
    """Return the page."""
    return page("Recipes", _INTRODUCTION, *map(_recipe, recipe_names()))


def _recipe(name: str) -> str:
    about = load_recipe(name)["about"]
    facts = [f"- *{key}*: {about[key]}" for key in ("source", "faithful", "ours", "tier")]
    text = files("fedbbpt.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    tables = text[text.index("\n[", text.index("[about]") + 1) :]
    title = f"{about['title']}."
    return "\n\n".join([f"## {name}", title, "\n".join(facts), block("toml", tables)])
