"""Endpoint tables into connectors; keys come from the environment by the name the table gives."""

from collections.abc import Mapping

from fedbbpt.config.sections import Table
from fedbbpt.endpoints import Connector
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import build
from fedbbpt.secret import Secret


def connector(table: Table, where: str, environment: Mapping[str, str]) -> Connector:
    """Return the endpoint that a table describes.

    ``key_env`` names the variable that holds the key; the key itself never stands in a file.

    Raises:
        ConfigError: no endpoint is named, a key stands in the table, its variable is not set, or a
            setting cannot be meant.
    """
    if not table:
        raise ConfigError(
            f'[{where}] use: no endpoint is named; write use = "embedded" for the packaged model, '
            'or use = "openai" with url and model'
        )
    if "key" in table:
        raise ConfigError(
            f"[{where}] key: a key does not belong in a file; put it in a variable and write "
            'key_env = "NAME"'
        )
    settings = {name: value for name, value in table.items() if name != "key_env"}
    secret: dict[str, object] = {}
    if "key_env" in table:
        secret["key"] = _secret(table["key_env"], where, environment)
    made: Connector = build("endpoints", settings, where, **secret)
    return made


def _secret(name: object, where: str, environment: Mapping[str, str]) -> Secret:
    if not isinstance(name, str) or not name:
        raise ConfigError(f"[{where}] key_env: expected the name of a variable")
    if name not in environment:
        raise ConfigError(f"[{where}] key_env: the variable {name} is not set; export it and retry")
    try:
        return Secret(environment[name])
    except ValueError as error:
        raise ConfigError(f"[{where}] key_env: {name}: {error}") from error
