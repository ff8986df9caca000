"""Where the texts of a run go: owners' endpoints, their judges, or a function of the user's."""

from collections.abc import Mapping

from fedbbpt.config.endpoints import connector
from fedbbpt.config.pricing import own_prices
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import EvaluatorSection, ScoringSection
from fedbbpt.config.strict import read_section
from fedbbpt.endpoints import Connector, Profile
from fedbbpt.endpoints.function_wire import EvaluatorFunction, FunctionConnector
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import find

SHARED = ""
"""Name of the place of owners that name none of their own."""


def owner_connectors(
    run: RunFile, environment: Mapping[str, str], evaluator: Connector | None
) -> dict[str, Connector]:
    """Return the endpoints by owner; the evaluator alone where there is one.

    Raises:
        ConfigError: an endpoint is absent or cannot be meant.
    """
    if evaluator is not None:
        return {SHARED: evaluator}
    prices = own_prices(run.prices)
    own = {
        owner.name: connector(owner.endpoint, f"owner {owner.name}.endpoint", environment, prices)
        for owner in run.owners
        if owner.endpoint
    }
    if run.data or len(own) < len(run.owners):
        return {SHARED: connector(run.endpoint, "endpoint", environment, prices), **own}
    return own


def judge_connectors(run: RunFile, environment: Mapping[str, str]) -> dict[str, Connector]:
    """Return the judges by owner; an owner that is not there is graded at its own endpoint.

    Raises:
        ConfigError: a judge's endpoint cannot be meant.
    """
    tables = {owner.name: (f"owner {owner.name}.judge", owner.judge) for owner in run.owners}
    tables[SHARED] = ("judge", run.judge)
    prices = own_prices(run.prices)
    return {
        name: connector(table, where, environment, prices)
        for name, (where, table) in tables.items()
        if table
    }


def graders(
    run: RunFile, profiles: Mapping[str, Profile], judges: Mapping[str, Profile]
) -> list[Profile]:
    """Return every place that may grade: the judges, and the endpoints of owners without one."""
    everyone = SHARED in judges or all(owner.name in judges for owner in run.owners)
    return [*judges.values()] if judges and everyone else [*judges.values(), *profiles.values()]


def profiles_of(connectors: Mapping[str, Connector], what: str) -> dict[str, Profile]:
    """Return what the connectors are, contacting nobody.

    Args:
        connectors: by owner.
        what: name of their table, for messages.

    Raises:
        ConfigError: settings cannot be meant, for example a key over plain http.
    """
    return {name: _profile(name, made, what) for name, made in connectors.items()}


def evaluator_of(run: RunFile, function: EvaluatorFunction | None) -> FunctionConnector | None:
    """Return the evaluator of a run, or None where the run asks endpoints itself.

    Args:
        run: whose ``[evaluator]`` names it.
        function: itself, where it was given from Python.

    Raises:
        ConfigError: it cannot be found or called, or stands beside what it replaces.
    """
    if not run.evaluator:
        return None
    section = read_section(EvaluatorSection, run.evaluator, "evaluator")
    if function is None:
        if ":" not in section.use:
            raise ConfigError(
                f'[evaluator] use = {section.use!r}: name your function as "package.module:name"'
            )
        function = find("metrics", section.use, "evaluator")
    if not callable(function):
        raise ConfigError(f"[evaluator] use = {section.use!r}: not a function; name one")
    _check_alone(run)
    try:
        return FunctionConnector(function, section.concurrency)
    except ValueError as error:
        raise ConfigError(f"[evaluator] {error}") from error


def _check_alone(run: RunFile) -> None:
    """Refuse what an evaluator replaces: a setting that nobody reads would mislead."""
    tables = {"endpoint": run.endpoint, "judge": run.judge}
    for owner in run.owners:
        tables |= {f"owner {owner.name}.endpoint": owner.endpoint}
        tables |= {f"owner {owner.name}.judge": owner.judge}
    for where, table in tables.items():
        if table:
            raise ConfigError(f"[{where}] an evaluator makes its own calls; leave this table out")
    if run.scoring.metric != ScoringSection().metric:
        raise ConfigError("[scoring] metric: an evaluator gives the score; leave the metric out")
    if run.caps.tokens:
        raise ConfigError(
            "[caps] tokens: nobody sees the tokens that an evaluator spends; cap calls, which "
            "counts its evaluations"
        )


def _profile(owner: str, made: Connector, what: str) -> Profile:
    try:
        return made.profile()
    except ConfigError as error:
        where = what if owner == SHARED else f"owner {owner}.{what}"
        raise ConfigError(f"[{where}] {error}") from error
