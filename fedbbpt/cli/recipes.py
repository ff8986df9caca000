"""``fedbbpt recipes``."""

import click
import orjson

from fedbbpt.config.recipes import load_recipe, recipe_names


@click.command(name="recipes")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """List the published methods that ship with the package."""
    about = {name: load_recipe(name)["about"] for name in recipe_names()}
    if as_json:
        click.echo(orjson.dumps(about, option=orjson.OPT_INDENT_2).decode())
        return
    for name, facts in about.items():
        click.echo(f"{name}\n  {facts['title']}")
        for key in ("source", "faithful", "ours", "tier"):
            click.echo(click.wrap_text(f"{key}: {facts[key]}", 78, "    ", "      "))
