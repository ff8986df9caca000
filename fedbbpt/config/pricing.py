"""What the tokens of an endpoint cost: the user's own prices first, then the list's."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from fedbbpt.config.price_list import listed_price
from fedbbpt.config.sections import PricesSection, Table
from fedbbpt.config.strict import as_table, read_section
from fedbbpt.endpoints import Connector, Profile, Wire
from fedbbpt.errors import ConfigError
from fedbbpt.money import Price

OWN = "from the run file"


@dataclass(frozen=True, slots=True)
class Priced:
    """A connector whose profile says what its tokens cost.

    Attributes:
        inner: the connector.
        prices: the user's own by model, for a model that the endpoint's own table does not price.
        own: the price in the endpoint's own table, or None.
    """

    inner: Connector
    prices: Mapping[str, Price]
    own: Price | None = None

    def profile(self) -> Profile:
        """Describe the endpoint, with its price; contacts nobody.

        Raises:
            ConfigError: the settings cannot be meant.
        """
        profile = self.inner.profile()
        price = self.own or self.prices.get(profile.model)
        if price is None:
            price = profile.price if profile.price is not None else listed_price(profile)
        return replace(profile, price=price)

    def connect(self) -> AbstractAsyncContextManager[Wire]:
        """Open the endpoint for the time of a ``with`` block."""
        return self.inner.connect()


def own_prices(table: Table) -> dict[str, Price]:
    """Return the prices of ``[prices."model"]`` tables by model.

    Raises:
        ConfigError: a table is none, or holds no prices.
    """
    return {
        model: own_price(as_table(prices, f"prices.{model}"), f"prices.{model}")
        for model, prices in table.items()
    }


def own_price(table: Table, where: str) -> Price:
    """Return the price that a table of dollars for a million tokens describes.

    Raises:
        ConfigError: a price is absent or cannot be meant.
    """
    section = read_section(PricesSection, table, where)
    cached = section.cached if "cached" in table else None
    try:
        price = Price.per_million(section.prompt, section.completion, cached, OWN)
        return replace(price, batch_percent=section.batch_percent)
    except ValueError as error:
        raise ConfigError(f"[{where}] {error}") from error
