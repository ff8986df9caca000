"""Requests that travel in one call keep everything that they have alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from chat_server import CHOICE

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.vllm import Vllm
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message

BAD = "refuse me"
Answer = Callable[[dict[str, Any]], Awaitable[web.Response]]


def request(text: str, **changes: object) -> Request:
    return replace(Request((Message("user", text),), max_tokens=1, top_logprobs=5), **changes)  # type: ignore[arg-type]


def choice(text: str, index: int = 0) -> dict[str, object]:
    return {**CHOICE, "index": index, "message": {"role": "assistant", "content": text}}


def listed(texts: Sequence[str], tokens: int = 100) -> dict[str, object]:
    usage = {"prompt_tokens": tokens, "completion_tokens": len(texts)}
    return {"choices": [choice(text, n) for n, text in enumerate(texts)], "usage": usage}


def texts_of(body: dict[str, Any]) -> list[str]:
    return [conversation[0]["content"] for conversation in body["messages"]]


@dataclass
class Place:
    """A server: what it was asked on either route, and how to ask it."""

    url: str = ""
    alone: list[str] = field(default_factory=list)
    lists: list[list[str]] = field(default_factory=list)

    async def ask(self, *requests: Request, **settings: object) -> list[object]:
        """Return the text or the error of each request, all sent at one moment."""
        outcomes: list[object] = [None] * len(requests)

        async def one(place: int, sent: Request) -> None:
            try:
                outcomes[place] = (await wire.send(sent)).text
            except (AttemptError, EndpointError) as error:
                outcomes[place] = error

        async with Vllm(self.url, "m", **settings).connect() as wire:  # type: ignore[arg-type]
            for _ in range(2):
                async with asyncio.TaskGroup() as group:
                    for place, sent in enumerate(requests):
                        group.create_task(one(place, sent))
        return outcomes


@asynccontextmanager
async def serving(answer: Answer | None) -> AsyncIterator[Place]:
    """Serve both routes, or only that for one request; it echoes, and refuses one text."""
    place = Place()

    async def alone(asked: web.Request) -> web.Response:
        text = orjson.loads(await asked.read())["messages"][0]["content"]
        place.alone.append(text)
        if text == BAD:
            return web.json_response({"error": {"message": "too long"}}, status=400)
        return web.json_response({"choices": [choice(text)], "usage": {"prompt_tokens": 9}})

    async def lists(asked: web.Request) -> web.Response:
        body = orjson.loads(await asked.read())
        place.lists.append(texts_of(body))
        if answer is None:
            raise AssertionError("this server has no such route")
        return await answer(body)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", alone)
    if answer is not None:
        app.router.add_post("/v1/chat/completions/batch", lists)
    async with TestServer(app) as server:
        place.url = str(server.make_url("/v1"))
        yield place


async def echo(body: dict[str, Any]) -> web.Response:
    texts = texts_of(body)
    if BAD in texts:
        return web.json_response({"error": {"message": "too long"}}, status=400)
    return web.json_response(listed(texts))


async def test_requests_of_one_moment_travel_in_one_call_and_each_gets_its_own_answer() -> None:
    async with serving(echo) as place:
        outcomes = await place.ask(request("a"), request("b"), request("c"))

    assert outcomes == ["a", "b", "c"]
    assert place.lists == [["a", "b", "c"]] * 2
    assert place.alone == []


async def test_requests_of_other_settings_go_in_other_calls_and_one_alone_goes_alone() -> None:
    async with serving(echo) as place:
        outcomes = await place.ask(
            request("a"), request("b"), request("long", max_tokens=9), request("no", top_logprobs=0)
        )

    assert outcomes == ["a", "b", "long", "no"]
    assert place.lists == [["a", "b"]] * 2
    assert sorted(place.alone) == ["long", "long", "no", "no"]


async def test_a_list_has_no_more_requests_than_the_setting_says() -> None:
    async with serving(echo) as place:
        outcomes = await place.ask(*(request(text) for text in "abcde"), together=2)

    assert outcomes == list("abcde")
    assert max(map(len, place.lists)) == 2


async def test_with_one_together_nothing_travels_in_a_list() -> None:
    async with serving(echo) as place:
        await place.ask(request("a"), request("b"), together=1)

    assert place.lists == []
    assert len(place.alone) == 4


async def test_a_server_without_the_route_is_asked_one_by_one() -> None:
    async with serving(None) as place:
        outcomes = await place.ask(request("a"), request("b"))

    assert outcomes == ["a", "b"]
    assert place.alone == ["a", "b", "a", "b"]


async def test_a_request_is_refused_only_for_itself() -> None:
    async with serving(echo) as place:
        good, bad, other = await place.ask(request("a"), request(BAD), request("c"))

    assert (good, other) == ("a", "c")
    assert isinstance(bad, EndpointError)
    assert "too long" in str(bad)
    assert len(place.lists) == 1  # from then on one by one


@pytest.mark.parametrize(("status", "lists"), [(503, 2), (429, 2), (500, 1), (501, 1)])
async def test_a_failed_list_is_a_failed_attempt_of_each_and_a_busy_server_gets_lists_again(
    status: int, lists: int
) -> None:
    async def fail(_body: dict[str, Any]) -> web.Response:
        return web.json_response({"error": {"message": "later"}}, status=status)

    async with serving(fail) as place:
        outcomes = await place.ask(request("a"), request("b"))

    assert len(place.lists) == lists
    if lists == 2:
        assert [str(one) for one in outcomes] == [f"status {status}"] * 2
        assert outcomes[0] is not outcomes[1]
    else:
        assert outcomes == ["a", "b"]  # the second time, one by one


ODD = {
    "one choice too few": listed("a"),
    "no numbers": {"choices": [CHOICE, CHOICE]},
    "a number twice": {"choices": [choice("a", 1), choice("b", 1)]},
    "no object": [],
    "no log-probabilities": {
        "choices": [{**choice(text, n), "logprobs": None} for n, text in enumerate("ab")]
    },
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_a_list_answered_in_another_way_ends_the_lists_and_counts_as_billed(
    odd: object,
) -> None:
    async def answer(_body: dict[str, Any]) -> web.Response:
        return web.json_response(odd)

    async with serving(answer) as place, Vllm(place.url, "m").connect() as wire:
        first = await asyncio.gather(
            wire.send(request("a")), wire.send(request("b")), return_exceptions=True
        )
        again = await wire.send(request("a"))
        last = await asyncio.gather(wire.send(request("a")), wire.send(request("b")))

    assert all(isinstance(one, AttemptError) and one.billed for one in first)
    assert again.text == "a"
    assert [one.text for one in last] == ["a", "b"]
    assert len(place.lists) == 1


async def test_who_is_cancelled_takes_only_the_attempts_of_the_others_along() -> None:
    begun = asyncio.Event()

    async def hang(_body: dict[str, Any]) -> web.Response:
        begun.set()
        await asyncio.sleep(3600)
        raise AssertionError("unreachable")

    async with serving(hang) as place, Vllm(place.url, "m").connect() as wire:
        first = asyncio.ensure_future(wire.send(request("a")))
        second = asyncio.ensure_future(wire.send(request("b")))
        await begun.wait()
        first.cancel()
        ended = await asyncio.gather(first, second, return_exceptions=True)

    assert isinstance(ended[0], asyncio.CancelledError)
    assert isinstance(ended[1], AttemptError)
    assert ended[1].billed


async def test_the_tokens_of_a_list_are_shared_out_by_length_and_add_up() -> None:
    async with serving(echo) as place, Vllm(place.url, "m").connect() as wire:
        short, long = await asyncio.gather(wire.send(request("a")), wire.send(request("b" * 400)))

    total: Completion
    assert short.usage.prompt_tokens + long.usage.prompt_tokens == 100
    assert long.usage.prompt_tokens > 10 * short.usage.prompt_tokens
    for total in (short, long):
        assert total.usage.completion_tokens == 1
