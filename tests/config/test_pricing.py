import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_run import Table, put, refusal, tiny_prepared, tiny_run, tiny_tables

from fedbbpt.canonical import canonical_json
from fedbbpt.config.price_list import listed_price, price_list
from fedbbpt.config.runfile import restore
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.money import FREE, NANODOLLARS, Price

HOSTED = {"use": "openai", "url": "https://llm.example.com/v1", "model": "our/model"}
LISTED = {"use": "openai", "url": "https://api.openai.com/v1", "model": "gpt-4o-mini"}
PRICES = {"prompt": 0.2, "completion": 1}
PROFILE = Profile("m", "https://api.openai.com/v1", "id", "gpt-4.1", 0, 1, local=False)


def asking(endpoint: Table, **changes: object) -> Table:
    return tiny_tables(endpoint=endpoint, **changes)


def price_in(folder: Path, tables: Table) -> Price | None:
    return tiny_prepared(folder, tables).profile_of("it").price


def test_the_list_has_a_date_a_page_for_every_provider_and_thirty_models() -> None:
    day, lines = price_list()

    assert day.year >= 2026
    assert len(lines) >= 30
    for line in lines:
        assert line.price.source.startswith(f"list of {day}, https://")
        assert 0 < line.price.cached <= line.price.prompt <= line.price.completion
    assert len({(host, line.model) for line in lines for host in line.hosts}) == len(lines)


def test_a_listed_model_has_its_price_at_its_own_host_alone() -> None:
    assert listed_price(PROFILE) == Price.per_million(2, 8, 0.5)
    assert listed_price(replace(PROFILE, model="gpt-4.1-nano")) == Price.per_million(
        0.1, 0.4, 0.025
    )
    assert listed_price(replace(PROFILE, model="gpt-4.1-giant")) is None
    assert listed_price(replace(PROFILE, destination="https://gateway.example.com/v1")) is None
    through = "https://api.openai.com/v1 through the proxy http://proxy:3128"
    assert listed_price(replace(PROFILE, destination=through)) == listed_price(PROFILE)


def test_a_dated_name_has_the_price_of_its_own_line_or_none() -> None:
    listed = replace(PROFILE, model="gpt-4.1-2025-04-14")
    dearer = replace(PROFILE, model="gpt-4o-2024-05-13")
    near = ("gpt-4.1-2031-01-01", "gpt-4.1-0314", "gpt-4.1@20250414", "GPT-4.1", "org/gpt-4.1")

    assert listed_price(listed) == listed_price(PROFILE)
    assert listed_price(dearer) == Price.per_million(5, 15)
    assert [listed_price(replace(PROFILE, model=name)) for name in near] == [None] * len(near)


def test_a_dated_name_that_is_not_listed_takes_no_cap_in_dollars_and_says_how_to_state_a_price(
    tmp_path: Path,
) -> None:
    dated = {**LISTED, "model": "gpt-4o-mini-2031-01-01"}

    said = refusal(tmp_path, asking(dated, caps={"dollars": 1.5}))

    assert "price of gpt-4o-mini-2031-01-01 at https://api.openai.com/v1 is not known" in said
    assert "Write [endpoint.prices] with prompt, completion and cached" in said
    tiny_prepared(tmp_path, asking({**dated, "prices": PRICES}, caps={"dollars": 1.5}))


def test_ones_own_prices_come_before_the_list_and_the_endpoints_before_the_runs(
    tmp_path: Path,
) -> None:
    by_model = {"gpt-4o-mini": {"prompt": 0.3, "completion": 0.9}}

    assert price_in(tmp_path, asking(LISTED)) == Price.per_million(0.15, 0.6, 0.075)
    of_run = price_in(tmp_path, asking(LISTED, prices=by_model))
    assert of_run == Price.per_million(0.3, 0.9, 0.3)
    own = {**LISTED, "prices": {**PRICES, "cached": 0.05, "batch_percent": 40}}
    expected = replace(Price.per_million(0.2, 1, 0.05), batch_percent=40)
    assert price_in(tmp_path, asking(own, prices=by_model)) == expected


def test_a_model_on_this_machine_is_free_and_a_hosted_unlisted_one_unknown(tmp_path: Path) -> None:
    local = {**HOSTED, "url": "http://127.0.0.1:8000/v1"}

    assert price_in(tmp_path, tiny_tables()) == FREE
    assert price_in(tmp_path, asking(local)) == FREE
    assert price_in(tmp_path, asking(HOSTED)) is None
    assert price_in(tmp_path, asking({**local, "prices": PRICES})) == Price.per_million(0.2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"caps": {"dollars": 1.5}},
        {"caps": {"dollars_per_day": 1.5}},
        {"owner": [{"name": "it", "data": "it.jsonl", "grant": {"dollars": 1}}]},
    ],
)
def test_money_is_not_capped_where_nobody_knows_the_price(tmp_path: Path, changes: Table) -> None:
    said = refusal(tmp_path, asking(HOSTED, **changes))

    assert "[endpoint] a cap or a grant in dollars cannot be held" in said
    assert "price of our/model at https://llm.example.com/v1 is not known" in said
    assert "Write [endpoint.prices]" in said
    tiny_prepared(tmp_path, asking({**HOSTED, "prices": PRICES}, **changes))


@pytest.mark.parametrize(
    ("prices", "why"),
    [
        ({"prompt": 1}, r"\[endpoint.prices\] completion: missing"),
        ({"prompt": 1, "completion": "a lot"}, "completion: expected a number"),
        ({"prompt": -1, "completion": 1}, "prompt: .* 0 or more"),
        ({"prompt": 1, "completion": 1, "cached": 2}, "cached: dearer than prompt"),
        ({"prompt": 0.00000012, "completion": 1}, "more than 6 decimals"),
        ({"prompt": 1, "completion": 1, "outptu": 2}, "outptu"),
        ({"prompt": 1, "completion": 1, "batch_percent": 500}, "batch_percent: 500 is outside"),
        (7, r"\[endpoint.prices\] expected a table"),
    ],
)
def test_prices_that_cannot_be_meant_are_refused_by_name(
    tmp_path: Path, prices: object, why: str
) -> None:
    assert re.search(why, refusal(tmp_path, asking({**HOSTED, "prices": prices})))


def test_a_run_and_an_owner_bound_what_the_owner_may_spend(tmp_path: Path) -> None:
    grant = {"calls": 7, "calls_per_day": 3, "dollars": 0.1, "dollars_per_day": 0.05, "tokens": 9}
    tables = put(tiny_tables(caps={"calls": 50, "dollars": 2.5}), "owner.0.grant", grant)

    prepared = tiny_prepared(tmp_path, tables)

    cent = NANODOLLARS // 100
    own = Caps(7, 9, 10 * cent, 3, 5 * cent)
    assert prepared.caps_of("billing") == Caps(50, None, 250 * cent, grant=own)
    assert prepared.caps_of("it") == prepared.caps_of("nobody") == Caps(50, None, 250 * cent)


def test_a_grant_that_cannot_be_meant_is_refused_by_name(tmp_path: Path) -> None:
    wrong = put(tiny_tables(), "owner.0.grant", {"dollar": 1})
    negative = put(tiny_tables(), "owner.0.grant", {"dollars": -1})

    assert "[owner billing.grant] dollar" in refusal(tmp_path, wrong)
    assert "[owner billing.grant] dollars: -1" in refusal(tmp_path, negative)


def test_neither_prices_nor_caps_nor_grants_change_what_is_computed(tmp_path: Path) -> None:
    plain = tiny_run(tmp_path, asking(LISTED))
    priced = put(asking({**LISTED, "prices": PRICES}, caps={"dollars": 1}), "prices.m", PRICES)

    run = tiny_run(tmp_path, put(priced, "owner.0.grant", {"calls": 5}))

    assert run.identity == plain.identity
    again = restore(json.loads(canonical_json(run.payload())))
    assert (again.caps, again.prices, again.owners) == (run.caps, run.prices, run.owners)
