"""What the mock endpoint would bill, to the token and to the nano-dollar."""

from collections import Counter
from dataclasses import dataclass, field

from mock_model import Tariff

from fedbbpt.completions import Usage


@dataclass
class Bill:
    """Running totals of all requests that were taken up, by whoever paid; answered or not.

    Attributes:
        tariff: prices.
        calls: how often each body was billed.
        paid: nano-dollars by account.
        bodies: how often each pair of account and body was billed.
        usage: tokens by account.
    """

    tariff: Tariff = field(default_factory=Tariff)
    calls: "Counter[bytes]" = field(default_factory=Counter)
    paid: "Counter[str]" = field(default_factory=Counter)
    bodies: "Counter[tuple[str, bytes]]" = field(default_factory=Counter)
    usage: dict[str, Usage] = field(default_factory=dict)

    def add(self, account: str, body: bytes, usage: Usage) -> None:
        """Bill one call."""
        self.calls[body] += 1
        self.bodies[account, body] += 1
        self.paid[account] += self.tariff.charge(usage)
        self.usage[account] = self.usage.get(account, Usage()) + usage

    @property
    def nanodollars(self) -> int:
        """The whole bill."""
        return self.paid.total()

    @property
    def tokens(self) -> Usage:
        """All tokens billed."""
        return sum(self.usage.values(), Usage())
