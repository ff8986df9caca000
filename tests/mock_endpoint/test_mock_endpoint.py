import asyncio
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from mock_faults import FAULTS, redirect
from mock_meter import Limits
from mock_model import answer_to, asked
from mock_plans import Seeded, at, healthy
from mock_process import in_own_process
from mock_server import MockEndpoint, serving

from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

QUESTIONS = [
    Request((Message("user", f"a great note, number {n}, a mess"),), top_logprobs=5)
    for n in range(8)
]
SAID = {
    "429 with headers": ("status 429", False),
    "429 without headers": ("status 429", False),
    "500": ("status 500", True),
    "502": ("status 502", True),
    "503": ("status 503", False),
    "529": ("status 529", False),
    "slow loris": ("timeout", True),
    "silence": ("timeout", True),
    "reset before the reply": ("connection lost", True),
    "reset after taking it up": ("connection lost", True),
    "reset within the reply": ("unreadable body", True),
    "hung up within the reply": ("unreadable body", True),
    "truncated JSON": ("unreadable body", True),
    "empty choices": ("empty choices", True),
    "NaN log-probability": ("unreadable body", True),
    "another's answer": ("the answer to another request", True),
    "wrong model": (
        "answered by 'large', not 'small'; if that is meant, write answers_as with that name",
        True,
    ),
    "huge body": ("oversized body", True),
    "compressed huge body": ("oversized body", True),
    "garbage text": ("unreadable body", True),
    "200 with an error": ("status 503", True),
}
"""What the wire says of each fault, and whether it may have been billed."""
HARMLESS = FAULTS.keys() - SAID.keys() - {"redirect"}


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint()) as served:
        yield served


async def ask(server: MockEndpoint, request: Request, **settings: object) -> Completion:
    connector = OpenAI(url=server.url, model="small", timeout_seconds=0.4)
    async with replace(connector, **settings).connect() as wire:  # type: ignore[arg-type]
        return await wire.send(request)


def test_it_answers_and_bills_alike_whoever_asks_and_in_whatever_order(
    server: MockEndpoint,
) -> None:
    async def all_of(key: str, questions: list[Request]) -> list[Completion]:
        asking = (ask(server, one, key=Secret(key)) for one in questions)
        return list(await asyncio.gather(*asking))

    forth = asyncio.run(all_of("key-one", QUESTIONS))
    back = asyncio.run(all_of("key-two", QUESTIONS[::-1]))

    assert forth == back[::-1] == [answer_to(server.model, one) for one in QUESTIONS]
    assert server.billed.paid["key-one"] == server.billed.paid["key-two"]
    assert server.billed.nanodollars == 2 * sum(server.billed.tariff.charge(c.usage) for c in forth)
    assert set(server.bills.values()) == {2}
    assert set(server.billed.bodies.values()) == {1}


def test_a_body_is_read_as_it_was_meant() -> None:
    request = Request((Message("user", "x"),), max_tokens=3, temperature=0.5, sample=4)

    assert asked(orjson.dumps(chat_body(request, "small"))) == request


@pytest.mark.parametrize("name", SAID)
def test_the_wire_tells_every_fault_that_can_be_told(server: MockEndpoint, name: str) -> None:
    asyncio.run(ask(server, QUESTIONS[0]))
    server.plan(at(1, FAULTS[name]))
    before = server.bill

    with pytest.raises(AttemptError) as caught:
        asyncio.run(ask(server, QUESTIONS[1]))

    assert (caught.value.reason, caught.value.billed) == SAID[name]
    assert server.bill - before <= caught.value.billed


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_a_reply_that_is_late_or_mislabelled_is_a_reply(server: MockEndpoint, name: str) -> None:
    server.plan(at(1, FAULTS[name]))

    assert asyncio.run(ask(server, QUESTIONS[1])) == answer_to(server.model, QUESTIONS[1])


def test_a_redirect_is_refused_for_good_and_not_followed(server: MockEndpoint) -> None:
    server.plan(at(1, redirect))

    with pytest.raises(EndpointError, match="examples go only where the url says"):
        asyncio.run(ask(server, QUESTIONS[0]))

    assert (server.number, server.elsewhere, server.bill) == (1, 0, 0)


def test_anothers_answer_cannot_be_told_where_a_server_does_not_say_whose_it_is(
    server: MockEndpoint,
) -> None:
    other = answer_to(server.model, QUESTIONS[0])
    server.echoes = False

    async def both() -> Completion:
        async with OpenAI(url=server.url, model="small").connect() as wire:
            await wire.send(QUESTIONS[0])
            server.faults = at(2, FAULTS["another's answer"])
            return await wire.send(QUESTIONS[1])

    assert asyncio.run(both()) == other


def test_a_server_that_signs_with_another_name_is_believed_once_that_is_written(
    server: MockEndpoint,
) -> None:
    server.plan(at(2, FAULTS["wrong model"]))

    async def asking(**settings: object) -> Completion:
        return await ask(server, QUESTIONS[0], model="our-deployment", **settings)

    dated = asyncio.run(asking(answers_as="our-deployment"))
    renamed = asyncio.run(asking(answers_as="large"))

    assert dated == answer_to(server.model, QUESTIONS[0])
    assert renamed != dated
    with pytest.raises(AttemptError, match="answered by 'our-deployment', not 'large'"):
        asyncio.run(asking(answers_as="large"))


def test_what_meets_an_attempt_depends_on_nothing_but_the_request_and_its_repetition(
    server: MockEndpoint,
) -> None:
    plan = Seeded(5, {"500": 0.3, "truncated JSON": 0.2})

    async def outcomes(questions: list[Request]) -> dict[Request, list[str]]:
        found: dict[Request, list[str]] = {}
        for one in questions * 4:
            try:
                await ask(server, one)
                found.setdefault(one, []).append("")
            except AttemptError as error:
                found.setdefault(one, []).append(error.reason)
        return found

    server.plan(plan)
    forth = asyncio.run(outcomes(QUESTIONS))
    server.plan(plan)
    back = asyncio.run(outcomes(QUESTIONS[::-1]))

    met = [reason for reasons in forth.values() for reason in reasons]
    assert forth == back
    assert 4 <= met.count("status 500") <= 16
    assert 2 <= met.count("unreadable body") <= 12


def test_too_many_requests_are_refused_and_not_billed(server: MockEndpoint) -> None:
    server.change(Limits(requests_per_minute=60, burst_seconds=2))

    async def reasons() -> list[object]:
        asking = (ask(server, one) for one in QUESTIONS)
        return list(await asyncio.gather(*asking, return_exceptions=True))

    found = asyncio.run(reasons())

    refused = [one for one in found if isinstance(one, AttemptError)]
    assert len(refused) == 6
    assert {(one.reason, one.billed) for one in refused} == {("status 429", False)}
    assert all(0 < (one.retry_after or 0) <= 1.01 for one in refused)
    assert server.bill == 2


def test_in_a_process_of_its_own_it_can_be_told_what_to_do() -> None:
    async def once(url: str) -> str:
        try:
            async with OpenAI(url=url, model="small").connect() as wire:
                return (await wire.send(QUESTIONS[0])).text
        except AttemptError as error:
            return error.reason

    answered = answer_to(MockEndpoint().model, QUESTIONS[0]).text

    with in_own_process(faults={"seed": 1, "shares": {"503": 1.0}}) as remote:
        broken = asyncio.run(once(remote.url))
        remote.tell(faults={"seed": 1, "shares": {}}, limits={"requests_per_minute": 60})
        whole = asyncio.run(once(remote.url))
        refused = asyncio.run(once(remote.url))
        totals = remote.stats()

    assert (broken, whole, refused) == ("status 503", answered, "status 429")
    assert (totals["received"], totals["billed"]) == (3, 1)
    assert [status for *_, status in totals["log"]] == [0, 200, 429]


def test_it_is_healthy_unless_told_otherwise(server: MockEndpoint) -> None:
    server.plan(healthy)

    assert asyncio.run(ask(server, QUESTIONS[2])) == answer_to(server.model, QUESTIONS[2])
