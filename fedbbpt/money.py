"""Money as whole numbers: prices in pico-dollars a token, costs in nano-dollars; never a float."""

from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Self

from fedbbpt.completions import Usage

NANODOLLARS = 10**9
"""In a dollar."""

_PICO_IN_NANO = 1000
_WHOLE = 100
_MOST_DECIMALS = 6
_MOST_DOLLARS = 10**6
_SHOWN = NANODOLLARS // 10**4


@dataclass(frozen=True, slots=True)
class Price:
    """What tokens cost.

    A dollar for a million tokens is a million pico-dollars a token, so a list price with up to six
    decimals is a whole number. The cost of one call is exact in pico-dollars and then rounded up,
    once, to a whole nano-dollar; costs of calls are added up as they are.

    Attributes:
        prompt: of a token read, in pico-dollars, >= 0.
        completion: of a token written, in pico-dollars, >= 0.
        cached: of a token read that the endpoint had computed before, in [0, prompt].
        batch_percent: what a batch pays of these prices, in [0, 100].
        percent: what is paid of them, in [0, 100].
        source: where they are from, for people.

    Raises:
        ValueError: a number is out of its range.
    """

    prompt: int
    completion: int
    cached: int
    batch_percent: int = 50
    percent: int = _WHOLE
    source: str = field(default="", compare=False, kw_only=True)

    def __post_init__(self) -> None:
        if min(self.prompt, self.completion, self.cached) < 0:
            raise ValueError("prices: one is negative; give 0 or more")
        if self.cached > self.prompt:
            raise ValueError(
                "cached: dearer than prompt; the price of tokens that the endpoint had computed "
                "before is at most that of new ones"
            )
        for name, share in (("batch_percent", self.batch_percent), ("percent", self.percent)):
            if not 0 <= share <= _WHOLE:
                raise ValueError(f"{name}: {share} is outside 0 to {_WHOLE}")

    @classmethod
    def per_million(
        cls, prompt: object, completion: object, cached: object = None, source: str = ""
    ) -> Self:
        """Return the price of amounts in dollars for a million tokens.

        Args:
            prompt: number or text, as ``0.15`` or ``"0.15"``.
            completion: the same.
            cached: the same; None for the price of new tokens.
            source: where they are from, for people.

        Raises:
            ValueError: not an amount with at most six decimals.
        """
        read = _picodollars("prompt", prompt)
        held = read if cached is None else _picodollars("cached", cached)
        return cls(read, _picodollars("completion", completion), held, source=source)

    @property
    def text(self) -> str:
        """It in words.

        >>> Price.per_million(0.15, 0.6, 0.075).text
        '$0.15 read, $0.60 written, $0.075 cached for a million tokens'
        """
        if not (self.prompt or self.completion):
            return "free"
        # A pico-dollar a token is a thousand nano-dollars for a million tokens.
        read, written, cached = (
            exact(amount * 1000) for amount in (self.prompt, self.completion, self.cached)
        )
        return f"{read} read, {written} written, {cached} cached for a million tokens"

    def batched(self) -> Self:
        """Return the price that a batch pays."""
        return replace(self, percent=self.batch_percent)

    def cost(self, usage: Usage) -> int:
        """Return what a call costs, in nano-dollars.

        >>> Price.per_million(0.15, 0.60, 0.075).cost(Usage(1000, 1, cached_tokens=400))
        120600
        """
        held = min(usage.cached_tokens, usage.prompt_tokens)
        return self._nanodollars(
            (usage.prompt_tokens - held) * self.prompt
            + held * self.cached
            + usage.completion_tokens * self.completion
        )

    def worst(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Return what a call of at most so many tokens costs at most, in nano-dollars."""
        return self._nanodollars(prompt_tokens * self.prompt + completion_tokens * self.completion)

    def _nanodollars(self, picodollars: int) -> int:
        # // rounds down, so the negative of it applied to the negative rounds up.
        return -(-picodollars * self.percent // (_PICO_IN_NANO * _WHOLE))


FREE = Price(0, 0, 0)
"""Of a model on one's own machine."""


def nanodollars(name: str, dollars: object) -> int:
    """Return an amount of dollars, a number or a text as in a run file, in nano-dollars.

    A float is taken by its shortest decimal form, which is what was written in the file.

    Args:
        name: of the setting, for messages.
        dollars: the amount.

    Raises:
        ValueError: not an amount, negative, or not a whole number of nano-dollars.

    >>> nanodollars("dollars", 2.5), nanodollars("dollars", "0.000000001")
    (2500000000, 1)
    """
    return _scaled(name, dollars, 9)


def shown(amount: int) -> str:
    """Return an amount of nano-dollars for people, rounded to a hundredth of a cent.

    >>> shown(12_345_678), shown(2_500_000_000), shown(1), shown(0)
    ('$0.0123', '$2.50', 'less than $0.0001', '$0')
    """
    if 0 < amount < _SHOWN:
        return "less than $0.0001"
    return exact(_SHOWN * ((amount + _SHOWN // 2) // _SHOWN))


def exact(amount: int) -> str:
    """Return an amount of nano-dollars with all of its decimals, and at least two.

    >>> exact(12_345_678), exact(7 * NANODOLLARS), exact(0)
    ('$0.012345678', '$7.00', '$0')
    """
    return f"${figure(amount)}" if amount else "$0"


def figure(amount: int) -> str:
    """Return an amount of nano-dollars as the number of dollars that a setting takes.

    >>> figure(2_500_000_000)
    '2.50'
    """
    whole, rest = divmod(amount, NANODOLLARS)
    decimals = f"{rest:09d}".rstrip("0")
    return f"{whole}.{decimals:<02}"


def _picodollars(name: str, dollars: object) -> int:
    amount = _scaled(name, dollars, _MOST_DECIMALS)
    if amount > _MOST_DOLLARS * 10**_MOST_DECIMALS:
        raise ValueError(f"{name}: {dollars} dollars for a million tokens cannot be meant")
    return amount


def _scaled(name: str, dollars: object, decimals: int) -> int:
    """Return the amount times ten to the number of decimals, exactly."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | float | str | Decimal):
        raise ValueError(f"{name}: {dollars!r} is no amount; write dollars, for example 0.15")
    try:
        amount = Decimal(str(dollars).strip().removeprefix("$"))
    except InvalidOperation as error:
        raise ValueError(
            f"{name}: {dollars!r} is no amount; write dollars, for example 0.15"
        ) from error
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{name}: {dollars} is no amount; write 0 or more dollars")
    if amount > 10**12:
        raise ValueError(f"{name}: {dollars} dollars cannot be meant")
    scaled = amount.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{name}: {dollars} has more than {decimals} decimals; round it")
    return int(scaled)
