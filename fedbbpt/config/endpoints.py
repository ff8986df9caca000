"""Endpoint tables into connectors; keys come from the environment by the name the table gives."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fedbbpt.config.pricing import Priced, own_price
from fedbbpt.config.sections import EncoderSection, Table
from fedbbpt.config.strict import as_table, read_section
from fedbbpt.endpoints import Connector
from fedbbpt.errors import ConfigError
from fedbbpt.money import Price
from fedbbpt.plugins import build
from fedbbpt.secret import Secret

_OURS = frozenset({"key_env", "prices"})
"""Settings of an endpoint's table that are not those of the plugin."""


def connector(
    table: Table,
    where: str,
    environment: Mapping[str, str],
    prices: Mapping[str, Price] | None = None,
    turned: Callable[[Connector], Connector] | None = None,
) -> Connector:
    """Return the endpoint that a table describes.

    ``key_env`` names the variable that holds the key; the key itself never stands in a file.

    Args:
        table: the endpoint's.
        where: how the file calls it, for messages.
        environment: variables.
        prices: the user's own by model, where the table gives none.
        turned: makes of the plugin's connector the one that is asked; None changes nothing.

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
    settings = {name: value for name, value in table.items() if name not in _OURS}
    secret: dict[str, object] = {}
    if "key_env" in table:
        secret["key"] = _secret(table["key_env"], where, environment)
    made: Connector = build("endpoints", settings, where, **secret)
    own = None
    if "prices" in table:
        own = own_price(as_table(table["prices"], f"{where}.prices"), f"{where}.prices")
    return Priced(made if turned is None else turned(made), prices or {}, own)


def with_paths(table: Table, base: Path) -> Table:
    """Return the table with the file it names, ``ca``, taken from the folder ``base``.

    >>> with_paths({"use": "openai", "ca": "ours.pem"}, Path("runs"))["ca"]
    'runs/ours.pem'
    """
    ca = table.get("ca")
    return {**table, "ca": str(base / ca)} if isinstance(ca, str) and ca else table


def writer_of(proposer: Table) -> Table:
    """Return the endpoint's table in a proposer's; empty where it names none.

    Raises:
        ConfigError: not a table.
    """
    return as_table(proposer.get("endpoint", {}), "proposer.endpoint")


def encoder_of(encoder: Table) -> Table:
    """Return the endpoint's table in an encoder's; empty where it names none.

    Raises:
        ConfigError: not a table, or another key.
    """
    return read_section(EncoderSection, encoder, "encoder").endpoint


def _secret(name: object, where: str, environment: Mapping[str, str]) -> Secret:
    if not isinstance(name, str) or not name:
        raise ConfigError(f"[{where}] key_env: expected the name of a variable")
    if name not in environment:
        raise ConfigError(f"[{where}] key_env: the variable {name} is not set; export it and retry")
    try:
        return Secret(environment[name])
    except ValueError as error:
        raise ConfigError(f"[{where}] key_env: {name}: {error}") from error
