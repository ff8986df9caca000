"""The settings of a vLLM server, and what they make of its profile and its requests."""

from dataclasses import replace

import orjson
import pytest
from aiohttp import web
from chat_server import ASKED, CHOICE, GOOD, KEY, answering, serving

from fedbbpt.chat_form import ChatForm
from fedbbpt.endpoints import AttemptError, Embeddings
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.vllm import Vllm
from fedbbpt.secret import Secret

URL = "http://127.0.0.1:9/v1"
SOFT = {"embedding_width": 576, "embedding_std": 0.13}


def test_without_soft_tokens_and_label_ids_it_is_the_server_that_openai_knows() -> None:
    plain, same = OpenAI(URL, "m").profile(), Vllm(URL, "m").profile()

    assert same.identity == plain.identity
    assert same.destination == plain.destination
    assert same.embeddings is plain.embeddings is None
    assert same.name == "vllm m"


def test_the_embeddings_are_in_the_profile_and_not_in_the_identity() -> None:
    # They decide the numbers of a request, and those are in its key.
    profile = Vllm(URL, "m", **SOFT).profile()  # type: ignore[arg-type]

    assert profile.embeddings == Embeddings(576, 0.13)
    assert profile.identity == Vllm(URL, "m").profile().identity


def test_without_a_standard_deviation_a_run_looks_for_one() -> None:
    assert Vllm(URL, "m", embedding_width=576).profile().embeddings == Embeddings(576, None)


def test_label_ids_are_part_of_form_and_identity() -> None:
    profile = Vllm(URL, "m", label_ids=(3, 5)).profile()

    assert profile.form == ChatForm(label_ids=(3, 5))
    assert profile.identity != Vllm(URL, "m").profile().identity


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"embedding_width": -1, "embedding_std": 0.1}, "embedding_width: -1 is below 0"),
        ({"together": 0}, "together: 0 is too few"),
        ({"embedding_std": 0.1}, "embedding_width: soft tokens need"),
        ({"embedding_width": 8, "embedding_std": float("nan")}, "embedding_std: nan"),
        ({"label_ids": (1,), "top_logprobs": 0}, "label_ids: with top_logprobs = 0"),
        ({"label_ids": (-1,)}, "label_ids: a token's number is below 0"),
        ({"concurrency": 0}, "concurrency: 0 is too few"),
        ({"extra_body": {"logprob_token_ids": [1]}}, "extra_body: logprob_token_ids is set"),
    ],
)
def test_settings_out_of_their_range_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said.split(":", maxsplit=1)[0]) as caught:
        Vllm(URL, "m", **settings)  # type: ignore[arg-type]

    assert said in str(caught.value)


async def test_labels_are_asked_for_by_number_and_the_key_is_sent() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(GOOD)

    async with serving(answer) as served:
        connector = Vllm(served.url, "m", key=Secret(KEY), label_ids=(3, 5))
        async with connector.connect() as wire:
            completion = await wire.send(ASKED)

    (request, body) = served.requests[0]
    assert orjson.loads(body)["logprob_token_ids"] == [3, 5]
    assert "top_logprobs" not in orjson.loads(body)
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert completion.text == "yes"


async def test_alternatives_lost_to_a_request_by_number_are_a_failed_attempt() -> None:
    lost = [{"token": "yes", "logprob": -0.5}, {"token": "<|endoftext|>", "logprob": -9999.0}]
    choice = {**CHOICE, "logprobs": {"content": [{"token": "yes", "top_logprobs": lost}]}}
    two = replace(ASKED, top_logprobs=2)

    async with serving(answering({"choices": [choice]})) as served:
        with pytest.raises(AttemptError, match="mixed up") as caught:
            await served.send()
        kept = await served.send(two)

    assert caught.value.billed
    assert len(kept.first) == 2
