"""List prices of hosted models, as a dated extract that ships with the package; never fetched."""

import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

from fedbbpt.endpoints import Profile
from fedbbpt.money import Price


class Listed(NamedTuple):
    """One line of the list: a model at the hosts of its provider.

    Attributes:
        provider: short name.
        hosts: where the price holds; the same model elsewhere has another one.
        model: its name there.
        price: with its source.
    """

    provider: str
    hosts: tuple[str, ...]
    model: str
    price: Price


def price_list() -> tuple[date, tuple[Listed, ...]]:
    """Return the day that the list was made, and its lines."""
    text = files("fedbbpt.config").joinpath("prices.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    day: date = table.pop("date")
    return day, tuple(_lines(table, day))


def listed_price(profile: Profile) -> Price | None:
    """Return the list price of the model behind an endpoint, or None where it is not listed.

    Only the very name counts. One with a date behind it may be dearer than the one without, as
    gpt-4o-2024-05-13 is, so it has a line of its own or no price that anybody knows.
    """
    host = _host(profile.destination)
    _, lines = price_list()
    for line in lines:
        if host in line.hosts and line.model == profile.model:
            return line.price
    return None


def _lines(table: dict[str, dict[str, object]], day: date) -> Iterator[Listed]:
    for provider, entry in table.items():
        match entry:
            case {"hosts": list(hosts), "page": str(page), "models": dict(models)}:
                source = f"list of {day.isoformat()}, {page}"
                for model, prices in models.items():
                    price = Price.per_million(**prices, source=source)
                    yield Listed(provider, tuple(hosts), model, price)
            case _:
                raise ValueError(f"prices.toml: [{provider}] lacks hosts, page or models")


def _host(destination: str) -> str:
    # A destination may say more than the address, such as the proxy on the way.
    address, *_ = destination.split() or [""]
    return urlsplit(address).hostname or ""
