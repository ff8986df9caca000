import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import Request
from fedbbpt.endpoints import USUAL_PREAMBLE, Profile
from fedbbpt.endpoints.spending.ledger import (
    MESSAGE_TOKENS,
    Caps,
    Ledger,
    Spend,
    Worst,
    most_prompt_tokens,
    worst_of,
    worst_tokens,
)
from fedbbpt.money import Price
from fedbbpt.prompts import Message

PROFILE = Profile("m", "nowhere", "id", "m", 0, 1, local=False)


def asking(*texts: str, max_tokens: int = 1) -> Request:
    return Request(tuple(Message("user", text) for text in texts), max_tokens)


def test_a_negative_cap_is_refused_by_name() -> None:
    places = {"calls": 0, "tokens": 1, "nanodollars": 2, "calls_a_day": 3, "nanodollars_a_day": 4}
    for name, place in places.items():
        values = [-1 if place == other else None for other in range(5)]

        with pytest.raises(ValueError, match=f"^{name}: -1 is negative"):
            Caps(values[0], values[1], values[2], values[3], values[4])


def test_caps_on_money_are_known_for_what_they_are() -> None:
    assert not Caps(calls=3, tokens=5).on_money
    assert Caps(nanodollars=0).on_money
    assert Caps(nanodollars_a_day=1).on_money
    assert Caps(calls=3, grant=Caps(nanodollars=1)).on_money
    assert not Caps(grant=Caps(calls=1)).on_money


def test_the_highest_bill_counts_everything_that_may_have_been_billed() -> None:
    ledger = Ledger(
        calls=5,
        possibly_billed=2,
        prompt_tokens=40,
        completion_tokens=5,
        possibly_billed_tokens=7,
        nanodollars=100,
        possibly_billed_nanodollars=30,
    )

    assert ledger.worst == Spend(7, 52, 130)


def test_the_worst_case_counts_bytes_and_a_full_reply() -> None:
    request = asking("abc", "dé", max_tokens=10)

    assert most_prompt_tokens(request) == 3 + 3 + 2 * MESSAGE_TOKENS
    assert worst_tokens(request) == 6 + 2 * MESSAGE_TOKENS + USUAL_PREAMBLE + 10
    assert worst_tokens(request, 100) == worst_tokens(request) + 100


def test_the_worst_case_at_an_endpoint_knows_its_template_its_reasoning_and_its_price() -> None:
    price = Price.per_million(1, 10)
    profile = replace(
        PROFILE,
        form=ChatForm(reasoning_tokens=100),
        price=price,
        preamble_tokens=300,
    )
    read, written = 4 + MESSAGE_TOKENS + 300, 2 + 100

    worst = worst_of(asking("abcd", max_tokens=2), profile)

    assert worst == Worst(read + written, read * 1000 + written * 10_000)


def test_without_a_price_the_worst_case_is_unknown_and_not_nothing() -> None:
    unpriced = Profile("m", "", "", "m", 0, 1, local=False, price=None)

    assert worst_of(asking("a"), unpriced).nanodollars is None
    assert worst_of(asking("a"), PROFILE).nanodollars == 0


@given(st.text())
@example("\ud800")
@example("\U0001d160" * 3)
@example("\ufdfa")
@example("한국어")
def test_no_normalisation_of_a_text_has_more_bytes_than_its_bound(text: str) -> None:
    bound = most_prompt_tokens(asking(text)) - MESSAGE_TOKENS

    for form in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFKC", text)):
        assert len(form.encode("utf-8", "surrogatepass")) <= bound
