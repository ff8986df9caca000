import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from tiny_run import put, tiny_prepared, tiny_tables

from fedbbpt.completions import Request
from fedbbpt.config.estimate import estimates, search_calls, usual_tokens
from fedbbpt.config.longest import longest_prompt
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.endpoints.spending.ledger import worst_of
from fedbbpt.money import Price

PRICED = {
    "use": "openai",
    "url": "http://127.0.0.1:8000/v1",
    "model": "m",
    "prices": {"prompt": 1, "completion": 10},
}


def every_prompt(prepared: Prepared) -> list[int]:
    """Return the length in bytes of every prompt of the space."""
    lengths = []
    for choices in itertools.product(*(range(len(a.choices)) for a in prepared.space.axes)):
        point = origin(prepared.space)
        point[:] = choices
        messages = prepared.space.decode(point).messages
        lengths.append(sum(len(message.content.encode()) for message in messages))
    return lengths


def start_request(prepared: Prepared, text: str) -> Request:
    """Return what the start prompt asks about a text."""
    start = prepared.space.decode(origin(prepared.space))
    step = prepared.scoring.reasoning.start(start, text).step(())
    assert isinstance(step, Sequence)
    (request,) = step
    return request


@pytest.mark.parametrize("limit", [3, 5])
def test_no_prompt_of_the_space_is_longer_than_the_longest_one(tmp_path: Path, limit: int) -> None:
    tables = put(put(tiny_tables(), "space.limit", limit), "space.library", ["sentiment"])
    prepared = tiny_prepared(tmp_path, tables)

    longest = longest_prompt(prepared.space)

    length = sum(len(message.content.encode()) for message in longest.messages)
    assert length == max(every_prompt(prepared))


def test_an_owner_and_all_together_cost_at_most_what_any_request_may(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, tiny_tables(endpoint=PRICED))

    *owners, together = estimates(prepared)

    shared = owners.pop()
    assert (shared.owner, shared.calls) == ("shared", 3)
    assert [line.owner for line in owners] == sorted(prepared.data)
    asked = prepared.plan.requests + prepared.held_out_requests
    assert together.calls == asked + 3
    assert sum(line.calls for line in owners) == asked
    for line in owners:
        # The start prompt is one of those that may be asked.
        example = prepared.data[line.owner].test[0]
        one = worst_of(start_request(prepared, example.input), prepared.profile_of(line.owner))
        assert line.most.tokens >= line.calls * one.tokens
        assert (line.most.nanodollars or 0) >= line.calls * (one.nanodollars or 0)
        assert 0 < line.usual.tokens < line.most.tokens
        assert 0 < (line.usual.nanodollars or 0) < (line.most.nanodollars or 0)
    assert together.most.tokens <= sum(line.most.tokens for line in (*owners, shared))


def test_money_is_unknown_and_not_nothing_without_a_price(tmp_path: Path) -> None:
    hosted = {**PRICED, "url": "https://llm.example.com/v1"}
    del hosted["prices"]

    lines = estimates(tiny_prepared(tmp_path, tiny_tables(endpoint=hosted)))

    assert {line.most.nanodollars for line in lines} == {None}
    assert {line.usual.nanodollars for line in lines} == {None}
    assert all(line.most.tokens > 0 for line in lines)


def test_the_embedded_kind_costs_tokens_and_no_money(tmp_path: Path) -> None:
    lines = estimates(tiny_prepared(tmp_path))

    assert [line.owner for line in lines][-1] == "together"
    assert {line.most.nanodollars for line in lines} == {0}


def test_where_some_owners_are_asked_in_a_round_any_may_be_asked_all(tmp_path: Path) -> None:
    some = put(tiny_tables(), "search.clients_per_round", 2)
    prepared = tiny_prepared(tmp_path, some)

    assert search_calls(prepared, "it") == prepared.plan.requests
    everybody = tiny_prepared(tmp_path)
    assert search_calls(everybody, "it") == everybody.plan.requests // 4


def test_an_owner_with_few_examples_takes_no_more_than_its_share(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path)
    sizes = prepared.sizes

    shares = {name: search_calls(prepared, name) for name in sizes}

    assert sum(shares.values()) >= prepared.plan.requests
    assert all(share <= prepared.plan.requests for share in shares.values())


def test_the_usual_length_is_below_the_worst_for_any_script(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path)

    for text in ("a plain sentence of some length", "我们今天去公园", "🤷🏽‍♀️" * 5, ""):
        request = start_request(prepared, text)
        assert 0 < usual_tokens(request) < worst_of(request, prepared.profile_of("it")).tokens


def test_prices_make_the_difference_between_two_endpoints(tmp_path: Path) -> None:
    cheap = {**PRICED, "prices": {"prompt": 0.5, "completion": 5}}

    dear_line = estimates(tiny_prepared(tmp_path, tiny_tables(endpoint=PRICED)))[-1]
    cheap_line = estimates(tiny_prepared(tmp_path, tiny_tables(endpoint=cheap)))[-1]

    assert dear_line.most.nanodollars == 2 * (cheap_line.most.nanodollars or 0)
    assert Price.per_million(1, 10).worst(10, 1) == 20_000
