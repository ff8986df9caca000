import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Connector, Wire
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.prompts import Message

REVIEWS = {
    "a great and charming film": "positive",
    "boring and dull from the start to the end": "negative",
    "we loved every minute of it": "positive",
    "the worst mess of the year": "negative",
    "a good cast and a wonderful script": "positive",
    "an awful script and a weak cast": "negative",
}


def asked(text: str, instruction: str = "Judge the review.", **changes: float) -> Request:
    messages = (Message("system", instruction), Message("user", f"Review: {text}\nSentiment:"))
    return replace(Request(messages, top_logprobs=20), **changes)  # type: ignore[arg-type]


def instructions() -> list[str]:
    slots = (
        ["Judge the text.", "Read with care and weigh it.", "Say how the writer feels."],
        ["", "Be strict.", "Do not overlook irony."],
        ["Answer with one word.", "Reply shortly, without any reason.", "One label only, please."],
    )
    return [" ".join(parts) for parts in product(*slots)]


def loss(model: Scripted, instruction: str) -> float:
    """The mean negative log-probability of the right word."""
    total = 0.0
    for text, target in REVIEWS.items():
        first = model.reply(asked(text, instruction)).first
        total -= next(one.logprob for one in first if one.token == target)
    return total / len(REVIEWS)


async def send_together(wire: Wire, requests: Sequence[Request]) -> tuple[list[Completion], str]:
    arrived: list[str] = []

    async def one(request: Request) -> Completion:
        completion = await wire.send(request)
        arrived.append(request.messages[-1].content)
        return completion

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(request)) for request in requests]
    return [task.result() for task in tasks], " ".join(arrived)


def test_the_scripted_model_is_a_connector_on_this_machine() -> None:
    connector: Connector = Scripted()

    profile = connector.profile()

    assert profile.local
    assert profile.top_logprobs == 20
    assert profile.destination == "this process (scripted, no model)"


def test_the_identity_changes_with_what_alters_replies_and_with_nothing_else() -> None:
    identity = Scripted().profile().identity

    assert Scripted(seed=1).profile().identity != identity
    assert Scripted(edge=3).profile().identity != identity
    assert Scripted(lexicon={"a": {}, "b": {}}).profile().identity != identity
    assert Scripted(latency_seconds=1, fail_every=3, concurrency=2).profile().identity == identity


@given(text=st.text(), instruction=st.text(), seed=st.integers(0, 2**31))
def test_alternatives_are_a_distribution_over_the_lexicon(
    text: str, instruction: str, seed: int
) -> None:
    completion = Scripted(seed).reply(asked(text, instruction))

    assert math.fsum(math.exp(one.logprob) for one in completion.first) == pytest.approx(
        1, abs=1e-5
    )
    assert {one.token for one in completion.first} == {"positive", "negative"}
    assert list(completion.first) == sorted(completion.first, key=lambda one: -one.logprob)
    assert completion.text == completion.first[0].token


def test_only_as_many_alternatives_come_as_are_asked_for() -> None:
    replies = [Scripted().reply(asked("good", top_logprobs=count)) for count in (0, 1, 2)]

    assert [len(reply.first) for reply in replies] == [0, 1, 2]


def test_cues_decide_the_answer_under_most_prompts() -> None:
    hits = [
        Scripted().reply(asked(text, instruction)).text == target
        for instruction in instructions()
        for text, target in REVIEWS.items()
    ]

    assert sum(hits) / len(hits) > 0.75


def test_prompts_differ_in_quality_by_a_margin_worth_tuning_for() -> None:
    losses = sorted(loss(Scripted(), instruction) for instruction in instructions())

    assert losses[0] < 0.25
    assert losses[-1] > losses[0] + 0.2


def test_another_seed_prefers_another_prompt() -> None:
    order = [
        sorted(instructions(), key=lambda text, seed=seed: loss(Scripted(seed), text))  # type: ignore[misc]
        for seed in (0, 1)
    ]

    assert order[0] != order[1]


async def test_replies_do_not_depend_on_their_order_in_time() -> None:
    requests = [asked(f"{text} {number}") for text in REVIEWS for number in range(3)]
    slow = Scripted(latency_seconds=0.005)

    async with slow.connect() as wire:
        together, arrival = await send_together(wire, requests)

    assert together == [Scripted().reply(request) for request in requests]
    assert arrival != " ".join(request.messages[-1].content for request in requests)


async def test_a_chosen_request_fails_once_and_then_answers_as_if_nothing_had_been() -> None:
    requests = [asked(f"good {number}") for number in range(60)]
    faulty = Scripted(fail_every=3)
    failures: list[AttemptError] = []

    async with faulty.connect() as wire:
        for request in requests:
            try:
                await wire.send(request)
            except AttemptError as error:
                failures.append(error)
        second = [await wire.send(request) for request in requests]

    assert 10 <= len(failures) <= 30
    assert {error.billed for error in failures} == {True, False}
    assert second == [Scripted().reply(request) for request in requests]


def test_draws_follow_the_distribution_and_repeat_under_the_same_number() -> None:
    request = asked("a good and bad film")
    model = Scripted()
    likely = {one.token: math.exp(one.logprob) for one in model.reply(request).first}

    drawn = [model.reply(replace(request, temperature=1.0, sample=n)).text for n in range(400)]
    again = [model.reply(replace(request, temperature=1.0, sample=n)).text for n in range(400)]

    assert drawn == again
    share = Counter(drawn)["positive"] / 400
    assert share == pytest.approx(likely["positive"], abs=0.1)


def test_another_sample_number_moves_the_figures_only_a_little() -> None:
    first, second = (Scripted().reply(asked("good fun", sample=n)).first[0] for n in (0, 1))

    assert first != second
    assert first.logprob == pytest.approx(second.logprob, abs=0.2)


def test_the_lexicon_is_a_copy() -> None:
    lexicon = {"yes": {"good": 1.0}, "no": {"bad": 1.0}}
    model = Scripted(lexicon=lexicon)
    before = model.reply(asked("good"))

    lexicon["yes"]["good"] = -50.0

    assert model.reply(asked("good")) == before


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"lexicon": {"one": {}}}, "lexicon"),
        ({"lexicon": {"one": {"a": math.inf}, "two": {}}}, "lexicon"),
        ({"edge": -1}, "edge"),
        ({"fail_every": -1}, "fail_every"),
        ({"latency_seconds": -0.1}, "latency_seconds"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_a_setting_out_of_range_is_named(changes: dict[str, object], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        Scripted(**changes)  # type: ignore[arg-type]
