"""A user's function in the place of an endpoint."""

import asyncio
import functools
import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pytest

from fedbbpt.answers import Scored
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.function_wire import LONGEST_INFO, EvaluatorFunction, FunctionConnector
from fedbbpt.errors import ConfigError
from fedbbpt.evaluator import Evaluator, candidate_of, example_of
from fedbbpt.metrics import Item
from fedbbpt.prompts import Message, Prompt

Json = Mapping[str, Any]
PROMPT = Prompt(
    (
        Message("system", "Be brief."),
        Message("user", "2"),
        Message("assistant", "even"),
        Message("user", "{input}?"),
    ),
    ("odd", "even"),
)
EXAMPLE = Example("case-7", "a private canary", ("o", "O"), "sums")
ASKED = Item(PROMPT, Scored("", 0.0), EXAMPLE, 2)


async def evaluated(function: EvaluatorFunction) -> Completion:
    async with FunctionConnector(function).connect() as wire:
        return await wire.send(Evaluator(("o", "e")).request_for(ASKED))


async def marked(function: EvaluatorFunction) -> Scored:
    answer = Evaluator().grade(ASKED, await evaluated(function))
    assert isinstance(answer, Scored)
    return answer


def test_a_candidate_holds_the_prompts_texts() -> None:
    assert candidate_of(PROMPT, ("o", "e")) == {
        "system": "Be brief.",
        "user": "{input}?",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "2"},
            {"role": "assistant", "content": "even"},
            {"role": "user", "content": "{input}?"},
        ],
        "words": {"o": "odd", "e": "even"},
    }
    assert candidate_of(Prompt((Message("user", "{input}"),)))["system"] == ""


async def test_a_function_gets_candidate_and_example_and_gives_score_and_info() -> None:
    got: list[Json] = []

    def mine(candidate: Json, example: Json) -> tuple[float, str]:
        got.extend((candidate, example))
        return 0.25, "too long"

    answer = await marked(mine)

    assert answer == Scored("too long", 0.25)
    assert got == [candidate_of(PROMPT, ("o", "e")), example_of(EXAMPLE)]


async def test_an_async_function_is_awaited_and_a_plain_one_runs_beside_the_loop() -> None:
    threads: list[threading.Thread] = []

    def plain(_candidate: Json, _example: Json) -> float:
        threads.append(threading.current_thread())
        return 1.0

    async def later(_candidate: Json, _example: Json) -> float:
        await asyncio.sleep(0)
        threads.append(threading.current_thread())
        return 0.5

    def passing_on(candidate: Json, example: Json) -> object:
        return later(candidate, example)

    assert (await marked(plain)).score == 1.0
    assert (await marked(later)).score == 0.5
    assert (await marked(functools.partial(later))).score == 0.5
    assert (await marked(passing_on)).score == 0.5
    assert threads[0] is not threading.main_thread()
    assert set(threads[1:]) == {threading.main_thread()}


@pytest.mark.parametrize("value", [True, 1, np.float32(0.5), (0.5, None)])
async def test_every_kind_of_number_is_a_score(value: object) -> None:
    score = value[0] if isinstance(value, tuple) else value

    assert (await marked(lambda _c, _e: value)).score == score


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ({"why": [1, 2]}, '{"why":[1,2]}'),
        (None, "null"),
        ({3: {4}}, '{"3":"{4}"}'),
        ("\ud800", "?"),
        ("x" * 2 * LONGEST_INFO, "x" * LONGEST_INFO),
    ],
)
async def test_info_of_any_kind_is_kept_as_text(info: object, text: str) -> None:
    assert (await marked(lambda _c, _e: (0.5, info))).text == text


@pytest.mark.parametrize("value", ["0.5", None, 1.5, float("nan"), (0.5, 1, 2), [0.5]])
async def test_a_wrong_return_names_function_and_id_and_not_the_input(value: object) -> None:
    def mine(_candidate: Json, _example: Json) -> object:
        return value

    with pytest.raises(ConfigError, match="return a number from 0 to 1") as caught:
        await evaluated(mine)

    assert "mine, example 'case-7': returned " in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("kind", [ValueError, StopIteration, TimeoutError])
async def test_what_a_function_raises_is_a_failed_attempt_without_its_text(
    kind: type[Exception],
) -> None:
    def mine(_candidate: Json, example: Json) -> float:
        raise kind(example["input"])

    with pytest.raises(AttemptError) as caught:
        await evaluated(mine)

    # The loop makes a new TimeoutError of one from a thread, and keeps no place.
    assert ("(test_function_wire.py, line " in caught.value.reason) == (kind is ValueError)
    assert "canary" not in caught.value.reason
    assert caught.value.billed


async def test_a_function_that_is_stopped_stops() -> None:
    seen: list[str] = []

    async def hanging(_candidate: Json, _example: Json) -> float:
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("stopped")
        return 1.0

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await evaluated(hanging)

    assert seen == ["stopped"]


async def test_a_plain_function_that_hangs_does_not_hold_a_run_that_was_stopped() -> None:
    release = threading.Event()
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await evaluated(lambda _c, _e: release.wait(30) and 1.0)

    release.set()
    assert time.monotonic() - began < 10


def _one(_candidate: Json, _example: Json) -> float:
    return 1.0  # a remark


def _two(_candidate: Json, _example: Json) -> float:
    return 2.0 - 1.0


class _Callable:
    def __call__(self, _candidate: Json, _example: Json) -> float:
        return 1.0


def test_the_code_of_a_function_is_part_of_its_identity() -> None:
    one, two = FunctionConnector(_one).profile(), FunctionConnector(_two).profile()

    assert one.identity == FunctionConnector(_one, concurrency=2).profile().identity
    assert one.identity != two.identity
    assert one.name.endswith("test_function_wire:_one")
    assert one.pinned
    assert FunctionConnector(_Callable()).profile().name.endswith("test_function_wire:_Callable")


@pytest.mark.parametrize("function", [lambda: 1.0, lambda _candidate: 1.0, len])
def test_a_function_of_other_arguments_is_refused(function: EvaluatorFunction) -> None:
    with pytest.raises(ConfigError, match=r"must take \(candidate, example\)"):
        FunctionConnector(function)


def test_no_concurrency_is_refused() -> None:
    with pytest.raises(ValueError, match="concurrency"):
        FunctionConnector(_one, concurrency=0)


def test_the_request_of_an_evaluation_holds_nothing_but_the_two_mappings() -> None:
    request = Evaluator(("o", "e")).request_for(ASKED)

    assert isinstance(request, Request)
    assert request.sample == 2
    assert [orjson.loads(m.content) for m in request.messages] == [
        candidate_of(PROMPT, ("o", "e")),
        example_of(EXAMPLE),
    ]
