from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Usage
from fedbbpt.money import FREE, NANODOLLARS, Price, exact, figure, nanodollars, shown

TOKENS = st.integers(0, 10**7)
LIST_PRICES = st.decimals(0, 500, places=6, allow_nan=False)


def usages() -> st.SearchStrategy[Usage]:
    return st.builds(Usage, TOKENS, TOKENS, TOKENS)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    read, written = draw(LIST_PRICES), draw(LIST_PRICES)
    cached = draw(st.decimals(0, read, places=6, allow_nan=False))
    price = Price.per_million(str(read), str(written), str(cached))
    return replace(price, percent=draw(st.integers(0, 100)))


def test_a_list_price_in_a_file_is_exact_to_the_nanodollar() -> None:
    price = Price.per_million(0.15, 0.60, 0.075)

    assert price == Price(prompt=150_000, completion=600_000, cached=75_000)
    assert price.cost(Usage(1_000_000, 0)) == nanodollars("dollars", "0.15")
    assert price.cost(Usage(1_000_000, 0, 1_000_000)) == nanodollars("dollars", "0.075")
    assert price.cost(Usage(0, 1_000_000)) == nanodollars("dollars", "0.60")


def test_a_fraction_of_a_nanodollar_is_rounded_up_once_a_call() -> None:
    price = Price.per_million("0.0005", "0.0005")

    assert price.cost(Usage(1, 0)) == 1
    assert price.cost(Usage(1, 1)) == 1
    assert price.cost(Usage(2, 1)) == 2
    assert FREE.cost(Usage(10**6, 10**6)) == 0


def test_a_batch_pays_its_share_of_every_price() -> None:
    price = Price.per_million(0.15, 0.60, 0.075)

    batched = price.batched()

    assert batched.cost(Usage(1000, 10, 500)) * 2 == price.cost(Usage(1000, 10, 500))
    assert replace(price, batch_percent=100).batched().cost(Usage(7, 7)) == price.cost(Usage(7, 7))


@given(prices(), usages())
def test_a_cost_is_the_exact_amount_rounded_up_to_a_nanodollar(price: Price, usage: Usage) -> None:
    held = min(usage.cached_tokens, usage.prompt_tokens)
    terms = (
        Decimal(price.prompt) * (usage.prompt_tokens - held),
        Decimal(price.cached) * held,
        Decimal(price.completion) * usage.completion_tokens,
    )
    amount = sum(terms) * price.percent / 100 / 1000

    assert price.cost(usage) == int(Decimal(amount).to_integral_value(ROUND_CEILING))


@given(prices(), usages(), TOKENS, TOKENS)
def test_no_usage_within_a_bound_costs_more_than_the_bound(
    price: Price, usage: Usage, more_read: int, more_written: int
) -> None:
    most = price.worst(usage.prompt_tokens + more_read, usage.completion_tokens + more_written)

    assert price.cost(usage) <= most


@given(st.integers(0, 10**15))
def test_an_amount_written_out_is_read_back_to_the_nanodollar(amount: int) -> None:
    assert nanodollars("dollars", figure(amount)) == amount
    assert nanodollars("dollars", exact(amount)) == amount


@given(st.decimals(0, 10**5, places=6, allow_nan=False))
def test_a_float_of_a_file_is_what_was_written_there(amount: Decimal) -> None:
    assert nanodollars("dollars", float(amount)) == int(amount * NANODOLLARS)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0"),
        (1, "less than $0.0001"),
        (149_999, "$0.0001"),
        (150_000, "$0.0002"),
        (1_234_500_000, "$1.2345"),
        (12 * NANODOLLARS, "$12.00"),
    ],
)
def test_people_see_a_hundredth_of_a_cent(amount: int, text: str) -> None:
    assert shown(amount) == text


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (True, "is no amount"),
        (None, "is no amount"),
        ("a lot", "is no amount"),
        ("", "is no amount"),
        (-0.01, "0 or more"),
        (float("nan"), "0 or more"),
        (float("inf"), "0 or more"),
        ("1e30", "cannot be meant"),
        ("0.0000000001", "more than 9 decimals"),
    ],
)
def test_what_is_no_amount_of_money_is_refused_by_name(amount: object, why: str) -> None:
    with pytest.raises(ValueError, match=f"dollars: .*{why}"):
        nanodollars("dollars", amount)


def test_prices_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ValueError, match=r"prompt: 0\.0000001 has more than 6 decimals"):
        Price.per_million("0.0000001", 1)
    with pytest.raises(ValueError, match=r"completion: .* cannot be meant"):
        Price.per_million(1, 10**7)
    with pytest.raises(ValueError, match="cached: dearer than prompt"):
        Price.per_million(0.1, 0.4, 0.2)
    with pytest.raises(ValueError, match="negative"):
        Price(-1, 0, 0)
    with pytest.raises(ValueError, match="batch_percent: 101 is outside"):
        Price(1, 1, 1, batch_percent=101)
