"""``fedbbpt recipes``."""

import click
import orjson

from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.sections import Table
from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names


@click.command(name="recipes")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
def command(names: tuple[str, ...], *, as_json: bool) -> None:
    """List the published methods that ship with the package, or those named.

    First a line each: name, family, and the tier that its endpoints need (T0 text, T1 the most
    likely first tokens, T2 scores of chosen tokens, T3 soft tokens). Then what each one is. The
    family voting is for ``answer --recipe`` and ``replay --recipe``, all others are for run files.
    """
    about = {name: _about(name) for name in names or (*recipe_names(), *voting_recipe_names())}
    if as_json:
        click.echo(orjson.dumps(about, option=orjson.OPT_INDENT_2).decode())
        return
    for line in _columns(about):
        click.echo(line)
    for name, facts in about.items():
        click.echo(f"\n{name}\n  {facts['title']}")
        for key, text in facts.items():
            if key != "title":
                click.echo(click.wrap_text(f"{key}: {text}", 78, "    ", "      "))


def _about(name: str) -> Table:
    if name in voting_recipe_names():
        return load_voting_recipe(name).about
    return load_recipe(name)["about"]


def _columns(about: dict[str, Table]) -> list[str]:
    rows = [("recipe", "family", "tier")]
    rows += [(name, str(facts["family"]), str(facts["tier"])) for name, facts in about.items()]
    widths = [max(len(row[place]) for row in rows) for place in range(2)]
    return [f"{a:{widths[0]}}  {b:{widths[1]}}  {c}" for a, b, c in rows]
