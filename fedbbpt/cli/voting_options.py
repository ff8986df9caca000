"""What a published way to vote changes in the options of a command and in a run."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import load_run
from fedbbpt.config.strict import vars_of
from fedbbpt.config.voting_recipes import load_voting_recipe

NO_SEARCH = 10**12
"""Requests of a search that nobody does: its budget says nothing of answers."""


def with_recipe(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of the current command; what was not written is the recipe's.

    Raises:
        ConfigError: no such recipe.
    """
    if options["recipe"] is None:
        return options
    source = click.get_current_context().get_parameter_source
    told = vars_of(load_voting_recipe(options["recipe"]).answer)
    return {
        name: told.get(name, value) if source(name) is ParameterSource.DEFAULT else value
        for name, value in options.items()
    }


def prepared_to_answer(file: Path, recipe: str | None) -> Prepared:
    """Return the run of a file, with the way of reasoning of a recipe.

    Raises:
        FedbbptError: it cannot be meant, or its data cannot be used.
    """
    table = load_voting_recipe(recipe).reasoning if recipe else {}
    run = load_run(file, {"reasoning": table} if table else {})
    return prepare(replace(run, search=replace(run.search, requests=NO_SEARCH)), os.environ)
