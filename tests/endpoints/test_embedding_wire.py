"""Embeddings over HTTP: what is asked, what is read, and every reply that is no embedding."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mock_embeddings import WIDTH, embedding_of, embedding_usage
from mock_faults import FAULTS, redirect, replying, saying
from mock_plans import at, healthy
from mock_received import Fault
from mock_server import MockEndpoint, serving

from fedbbpt.completions import Completion
from fedbbpt.endpoints import AttemptError, Embeds
from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.records.vectors import MARK, same_answer, vector_of, vector_text
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.endpoints.spending.ledger import most_prompt_tokens
from fedbbpt.endpoints.vllm import Vllm
from fedbbpt.errors import EndpointError
from fedbbpt.secret import Secret
from fedbbpt.work.embedding_texts import embedding_request

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)
TEXTS = ("Name the kind of message.", "Is it praise, or is somebody unhappy? 🙂")


@pytest.fixture(scope="module")
def served() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint()) as server:
        yield server


@pytest.fixture
def server(served: MockEndpoint) -> MockEndpoint:
    served.plan(healthy)
    return served


async def ask(server: MockEndpoint, *texts: str, **settings: object) -> list[Completion]:
    plain = OpenAI(url=server.url, model="small", timeout_seconds=5.0)
    connector = replace(plain, **settings)  # type: ignore[arg-type]
    async with connector.embedder().connect() as wire:
        return [await wire.send(embedding_request(text)) for text in texts]


def reply(*entries: object, **more: object) -> Fault:
    return replying({"data": list(entries), "model": "small", **more})


def entry(embedding: object, index: object = 0) -> dict[str, object]:
    return {"object": "embedding", "index": index, "embedding": embedding}


async def test_an_embedding_is_that_of_the_text_in_single_precision(server: MockEndpoint) -> None:
    completions = await ask(server, *TEXTS)

    for text, completion in zip(TEXTS, completions, strict=True):
        expected = np.array(embedding_of(text), dtype=np.float32).astype(np.float64)
        assert np.array_equal(vector_of(completion.text), expected)
        assert completion.usage == embedding_usage(text)


async def test_one_text_a_call_is_asked_for_with_the_models_name_and_the_further_fields(
    server: MockEndpoint,
) -> None:
    before = len(server.bills)

    await ask(server, "a text asked once", extra_body={"dimensions": 32})

    (body,) = [orjson.loads(one) for one in list(server.bills)[before:]]
    assert body == {
        "dimensions": 32,
        "model": "small",
        "input": ["a text asked once"],
        "encoding_format": "float",
    }


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (reply(), "0 embeddings for 1 text"),
        (reply(entry([1.0]), entry([2.0], 1)), "2 embeddings for 1 text"),
        (reply(entry([1.0], 1), entry([2.0])), "2 embeddings for 1 text"),
        (reply(entry([1.0]), entry([1.0])), "2 embeddings for 1 text"),
        (reply(entry([1.0], 1)), "an embedding without the index of the text"),
        (reply(entry([1.0], None)), "an embedding without the index of the text"),
        (reply(entry([1.0], False)), "an embedding without the index of the text"),
        (reply({"embedding": [1.0]}), "an embedding without the index of the text"),
        (reply("text"), "an embedding without the index of the text"),
        (reply(entry([])), "an embedding that is empty or all zeros"),
        (reply(entry([0, 0.0])), "an embedding that is empty or all zeros"),
        (reply(entry("AACAPw==")), "an embedding that is no list of numbers"),
        (reply(entry(None)), "an embedding that is no list of numbers"),
        (reply(entry([1.0, None])), "an embedding that is no list of numbers"),
        (reply(entry([1.0, True])), "an embedding that is no list of numbers"),
        (reply(entry([1.0, "2"])), "an embedding that is no list of numbers"),
        (reply(entry([[1.0], [2.0]])), "an embedding of every token; have the server pool them"),
        (reply(entry([1.0, 1e39])), "no embedding: it is empty, or holds a number"),
        (replying(b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "unreadable body"),
        (replying(b'{"data": [{"index": 0, "embedding": [1e999]}]}'), "unreadable body"),
        (replying({"data": {}}), "unreadable body"),
        (replying([]), "unreadable body"),
        (reply(entry([1.0]), usage={"prompt_tokens": -1}), "unreadable body"),
        (reply(entry([1.0]), model="large"), "answered by 'large', not 'small'"),
    ],
)
async def test_a_reply_that_is_no_embedding_is_a_failed_attempt_that_may_have_been_billed(
    server: MockEndpoint, fault: Fault, said: str
) -> None:
    server.plan(at(1, fault))

    with pytest.raises(AttemptError) as caught:
        await ask(server, TEXTS[0])

    assert caught.value.reason.startswith(said)
    assert caught.value.billed


async def test_an_embedding_of_another_width_than_the_first_is_a_failed_attempt(
    server: MockEndpoint,
) -> None:
    server.plan(at(2, reply(entry([1.0, 2.0]))))

    with pytest.raises(AttemptError, match=f"an embedding of 2 numbers, after one of {WIDTH}"):
        await ask(server, *TEXTS)


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - {"silence", "slow loris", "redirect"}))
async def test_every_fault_of_a_server_fails_or_gives_the_right_embedding(
    server: MockEndpoint, name: str
) -> None:
    server.plan(at(1, FAULTS[name]))

    try:
        (completion,) = await ask(server, TEXTS[0])
    except AttemptError:
        return

    assert completion.text == vector_text(np.array(embedding_of(TEXTS[0])))


async def test_a_redirect_is_never_followed(server: MockEndpoint) -> None:
    server.plan(at(1, redirect))
    before = server.elsewhere

    with pytest.raises(EndpointError, match="redirects"):
        await ask(server, TEXTS[0])

    assert server.elsewhere == before


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_a_refusal_never_shows_the_key_that_the_server_repeats(
    server: MockEndpoint, status: int
) -> None:
    server.plan(at(1, saying("the key canary-key is wrong", status)))

    with pytest.raises((AttemptError, EndpointError)) as caught:
        await ask(server, TEXTS[0], key=Secret("canary-key"))

    assert "canary-key" not in str(caught.value)
    assert server.headers[-1]["Authorization"] == "Bearer canary-key"


def test_embeddings_have_an_identity_of_their_own_and_most_kinds_give_none() -> None:
    plain = OpenAI(url="http://127.0.0.1:1/v1", model="small")
    server = Vllm(url="http://127.0.0.1:1/v1", model="small")

    profiles = [plain.profile(), plain.embedder().profile(), server.embedder().profile()]

    assert profiles[0].identity != profiles[1].identity
    assert profiles[1].destination == profiles[0].destination
    assert not profiles[1].pinned
    assert isinstance(server, Embeds)
    assert not isinstance(Scripted(), Embeds)
    assert not issubclass(Embedded, Embeds)


def test_the_bytes_of_a_text_bound_the_tokens_that_it_is_billed_by() -> None:
    for text in TEXTS:
        assert most_prompt_tokens(embedding_request(text)) >= len(text.encode())


@given(st.lists(FINITE, min_size=1, max_size=9))
def test_a_kept_embedding_comes_back_to_the_bit(numbers: list[float]) -> None:
    vector = np.array(numbers)

    text = vector_text(vector)

    assert np.array_equal(vector_of(text), vector)
    assert vector_text(vector_of(text)) == text


@pytest.mark.parametrize("text", ["", "praise", MARK, f"{MARK}AAA", f"{MARK}AACA", "AACAPwAAAMA="])
def test_what_is_no_kept_embedding_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no embedding"):
        vector_of(text)


def test_one_model_may_differ_in_the_last_digits_and_another_model_does_not_pass() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 64))
    noisy = one + 1e-4 * rng.standard_normal(64)
    texts = [vector_text(numbers) for numbers in (one, noisy, other, one[:32])]

    verdicts = [same_answer(text, texts[0]) for text in (*texts, "praise")]

    assert verdicts == [True, True, False, False, False]


def test_asking_twice_gives_the_same_text(server: MockEndpoint) -> None:
    first, second = asyncio.run(ask(server, TEXTS[1], TEXTS[1]))

    assert first.text == second.text
