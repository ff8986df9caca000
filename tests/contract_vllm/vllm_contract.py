"""A server that takes and refuses what vLLM 0.32 does of what fedbbpt asks, over a tiny model.

The words of its refusals were read off a real server; ``test_real_vllm.py`` compares both.
"""

import base64
import binascii
import io
import pickletools
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from tiny_transformer import BEGIN, VOCABULARY, WIDTH, TinyTransformer, tokens_of, word_of

from fedbbpt.distributions import Floats

MOST_LOGPROBS, LONGEST = 20, 1024
KINDS = {"FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": "<u2"}


class RefusedError(Exception):
    """A request that vLLM answers with status 400."""


@dataclass
class Contract:
    """How the server was started, and what it was asked.

    Attributes:
        url: base address.
        embeds: whether it was started with ``--enable-prompt-embeds``.
        reads: whether soft tokens reach the model; a server that drops them is no vLLM.
        checks: whether a wrong width is refused.
        lists: whether it has the route for a list of conversations.
        asked: bodies of chat requests that were answered, those of a list one by one.
        listed: how many conversations each list had.
    """

    url: str = ""
    embeds: bool = True
    reads: bool = True
    checks: bool = True
    lists: bool = True
    asked: list[dict[str, object]] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)


@asynccontextmanager
async def contract_server(
    *, embeds: bool = True, reads: bool = True, checks: bool = True, lists: bool = True
) -> AsyncIterator[Contract]:
    """Serve on loopback for the time of a ``with`` block; see ``Contract``."""
    contract = Contract(embeds=embeds, reads=reads, checks=checks, lists=lists)
    model = TinyTransformer()

    async def chat(request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        try:
            reply = _answered(contract, model, body)
        except RefusedError as error:
            return _refusal(str(error))
        contract.asked.append(body)
        return web.Response(body=orjson.dumps(reply), content_type="application/json")

    async def chats(request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        try:
            bodies = _singles(body)
            reply = _together([_answered(contract, model, one) for one in bodies])
        except RefusedError as error:
            return _refusal(str(error))
        contract.asked += bodies
        contract.listed.append(len(bodies))
        return web.Response(body=orjson.dumps(reply), content_type="application/json")

    async def tokenize(request: web.Request) -> web.Response:
        tokens = tokens_of(orjson.loads(await request.read())["prompt"])
        return web.json_response({"count": len(tokens), "tokens": tokens})

    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", chat)
    if lists:
        app.router.add_post("/v1/chat/completions/batch", chats)
    app.router.add_post("/tokenize", tokenize)
    async with TestServer(app) as server:
        contract.url = str(server.make_url("/v1"))
        yield contract


def _refusal(message: str) -> web.Response:
    error = {"message": message, "type": "BadRequestError", "param": None, "code": 400}
    return web.json_response({"error": error}, status=400)


def _singles(body: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the request of every conversation of a list."""
    for name in ("stream", "tools", "use_beam_search"):
        if body.get(name):
            raise RefusedError(f"Batch chat completions do not support `{name}`.")
    if body.get("n", 1) != 1:
        raise RefusedError("Batch chat completions do not support `n` > 1.")
    match body["messages"]:
        case [*conversations] if conversations and all(
            isinstance(one, list) for one in conversations
        ):
            return [{**body, "messages": one} for one in conversations]
        case _:
            raise RefusedError("messages: Input should be a valid list of at least 1 item")


def _together(replies: list[dict[str, object]]) -> dict[str, object]:
    """Return one reply with all choices, numbered, and the sum of their tokens."""
    choices = [
        {**choice, "index": number}
        for number, reply in enumerate(replies)
        for choice in reply["choices"]  # type: ignore[attr-defined]
    ]
    names = ("prompt_tokens", "completion_tokens")
    usage = {name: sum(reply["usage"][name] for reply in replies) for name in names}  # type: ignore[index]
    return {**replies[0], "choices": choices, "usage": usage}


def _answered(
    contract: Contract, model: TinyTransformer, body: Mapping[str, object]
) -> dict[str, object]:
    wanted = _wanted(body)
    rows = _rows(contract, model, body["messages"])
    if len(rows) + int(str(body["max_tokens"])) > LONGEST:
        raise RefusedError(f"This model's maximum context length is {LONGEST} tokens.")
    found = model.logprobs(rows)
    best = int(np.argmax(found))
    shown = sorted({best, *wanted(found)}, key=lambda token: -found[token])
    top = [{"token": word_of(token), "logprob": float(found[token])} for token in shown]
    own = {"token": word_of(best), "logprob": float(found[best]), "top_logprobs": top}
    return {
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": word_of(best)},
                "logprobs": {"content": [own]} if body.get("logprobs") else None,
                "finish_reason": "length",
            }
        ],
        "usage": {"prompt_tokens": len(rows), "completion_tokens": 1},
    }


def _wanted(body: Mapping[str, object]) -> Callable[[Floats], list[int]]:
    """Return what tells the tokens to report from the log-probabilities of all."""
    if {"echo", "prompt_embeds", "prompt_logprobs"} & body.keys():
        raise AssertionError("EngineDeadError: the real engine does not survive this")
    ids, top = body.get("logprob_token_ids"), int(str(body.get("top_logprobs") or 0))
    if ids and not body.get("logprobs"):
        raise RefusedError("when using `logprob_token_ids`, `logprobs` must be set to true.")
    if isinstance(ids, list) and ids:
        if max(ids) >= VOCABULARY:
            raise RefusedError(f"token_id(s) {[max(ids)]} in logprob_token_ids are out of vocab")
        return lambda _found: ids
    if top > MOST_LOGPROBS:
        raise RefusedError(
            f"Requested sample logprobs of {top}, which is greater than max allowed: "
            f"{MOST_LOGPROBS} (parameter=logprobs, value={top})"
        )
    return lambda found: np.argsort(-found)[:top].tolist()


def _rows(contract: Contract, model: TinyTransformer, messages: object) -> Floats:
    rows = [model.embeddings[[BEGIN]]]
    for message in messages if isinstance(messages, list) else []:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for part in parts:
            match part:
                case {"type": "text", "text": str(text)}:
                    rows.append(model.embeddings[tokens_of(text)])
                case {"type": "prompt_embeds", "data": str(data)}:
                    soft = _soft(contract, data)
                    rows += [soft] if contract.reads else []
                case _:
                    raise RefusedError(f"unsupported part {part!r}")
    return np.concatenate(rows)


def _soft(contract: Contract, data: str) -> Floats:
    if not contract.embeds:
        raise RefusedError(
            "You must set `--enable-prompt-embeds` to input `prompt_embeds`. "
            "(parameter=prompt_embeds)"
        )
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise RefusedError("Non-base64 digit found") from None
    try:
        rows = loaded(raw)
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise RefusedError("`prompt_embeds` could not be deserialized as a torch tensor") from None
    if contract.checks and rows.shape[1] != WIDTH:
        raise RefusedError(
            f"`prompt_embeds` hidden_size {rows.shape[1]} does not match the model's hidden_size "
            f"{WIDTH}. (parameter=prompt_embeds)"
        )
    return rows


def loaded(raw: bytes) -> Floats:
    """Return the rows of a file that ``torch.load`` takes, without unpickling anything."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        folder = archive.namelist()[0].split("/")[0]
        steps = list(pickletools.genops(archive.read(f"{folder}/data.pkl")))
        numbers = archive.read(f"{folder}/data/0")
    storage = next(
        str(argument).split()[-1]
        for step, argument, _ in steps
        if step.name == "GLOBAL" and str(argument).endswith("Storage")
    )
    sizes = [int(str(argument)) for step, argument, _ in steps if step.name.startswith("BININT")]
    kept = np.frombuffer(numbers, dtype=KINDS[storage])
    if storage == "BFloat16Storage":
        kept = (kept.astype(np.uint32) << 16).view(np.float32)
    return kept.astype(np.float64).reshape(sizes[2], sizes[3])
