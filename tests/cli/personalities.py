"""Servers as strangers meet them, played on loopback: what each takes, refuses and ignores."""

import base64
import io
import pickletools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from played_endpoint import Body, Play, said

VIOLIN, HARBOUR = 811, 907
HIDDEN = 64


def words_of(body: Body) -> list[str]:
    """Return the words of all messages."""
    contents = [message["content"] for message in body["messages"]]
    return [word for text in contents if isinstance(text, str) for word in text.split()]


def rows_of(body: Body) -> bytes | None:
    """Return the file of rows among the parts of a body's messages, or None."""
    for message in body["messages"]:
        parts = message["content"] if isinstance(message["content"], list) else []
        for part in parts:
            if part["type"] == "prompt_embeds":
                return base64.b64decode(part["data"], validate=True)
    return None


def shape_of(file: bytes) -> tuple[int, ...]:
    """Return the sizes that the description in a file of rows names, unpickling nothing."""
    description = zipfile.ZipFile(io.BytesIO(file)).read("archive/data.pkl")
    whole = [
        argument
        for opcode, argument, _ in pickletools.genops(description)
        if opcode.name == "BININT" and isinstance(argument, int)
    ]
    return tuple(whole[2:4])


@dataclass
class Counting(Play):
    """Counts a word as a token; its template adds six, and three more a further message."""

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        messages = len(body["messages"])
        reply["usage"]["prompt_tokens"] = len(words_of(body)) + 3 + 3 * messages
        return reply


@dataclass
class Vllm(Counting):
    """A recent vLLM, started with or without ``--enable-prompt-embeds``."""

    embeds: bool = True

    async def elsewhere(self, request: web.Request) -> web.StreamResponse:
        body: Body = orjson.loads(await request.read())
        if request.path != "/tokenize" or "prompt" not in body:
            return said(400, "nothing to tokenize")
        return web.json_response({"count": 2, "tokens": [VIOLIN, HARBOUR]})

    def wrong(self, body: Body) -> str | None:
        if (file := rows_of(body)) is None:
            return super().wrong(body)
        if not self.embeds:
            return "You must set `--enable-prompt-embeds` to input `prompt_embeds`"
        width = shape_of(file)[1]
        if width != HIDDEN:
            return (
                f"`prompt_embeds` hidden_size {width} does not match the model's "
                f"hidden_size {HIDDEN}"
            )
        return super().wrong(body)

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        if not body.get("logprobs"):
            return reply
        (position,) = reply["choices"][0]["logprobs"]["content"]
        if ids := body.get("logprob_token_ids"):
            own = {"token": "token_id:5", "logprob": -0.5}
            asked = [{"token": f"token_id:{i}", "logprob": -9.0 - i / 1e3} for i in ids]
            position["top_logprobs"] = [own, *asked]
        if (file := rows_of(body)) is not None:
            moved = sum(file) % 97 / 97
            for entry in position["top_logprobs"]:
                entry["logprob"] -= moved
        return reply


@dataclass
class LlamaCpp(Counting):
    """llama.cpp's server: ids, any number of alternatives, shares after forcing, a prefix cache."""

    most: int | None = 1000
    seen: list[list[str]] = field(default_factory=list)

    async def elsewhere(self, request: web.Request) -> web.StreamResponse:
        body: Body = orjson.loads(await request.read())
        if request.path != "/tokenize":
            return said(404, "File Not Found")
        return web.json_response({"tokens": [VIOLIN, HARBOUR] if "content" in body else []})

    def wrong(self, body: Body) -> str | None:
        return "unsupported content[].type" if rows_of(body) else super().wrong(body)

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        words = words_of(body)
        cached = max((_shared(words, earlier) for earlier in self.seen), default=0)
        self.seen.append(words)
        reply["usage"]["prompt_tokens_details"] = {"cached_tokens": cached}
        forced = [int(token) for token in body.get("logit_bias", {})]
        if forced:
            (position,) = reply["choices"][0]["logprobs"]["content"]
            position |= {"id": forced[-1], "token": "harbour", "logprob": -11.5}
            if body.get("post_sampling_probs"):
                shares = [{"id": i, "prob": 1 / len(forced)} for i in forced]
                position |= {"prob": 0.5, "top_probs": shares}
                del position["top_logprobs"], position["logprob"]
        return reply


@dataclass
class Ollama(Counting):
    """Ollama with a model that thinks: unknown fields are dropped, no log-probabilities."""

    most: int | None = None

    def wrong(self, body: Body) -> str | None:
        return "invalid message format" if rows_of(body) else super().wrong(body)

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        if body.get("reasoning_effort") != "none":
            reply["choices"][0]["message"]["content"] = "<think>\nThe desert at noon"
        return reply


@dataclass
class Reasoner(Counting):
    """A hosted reasoning model: no temperature, no log-probabilities, room or nothing is said."""

    most: int | None = 0
    refused: tuple[str, ...] = ("max_tokens", "temperature", "chat_template_kwargs")
    thought: int = 300

    def wrong(self, body: Body) -> str | None:
        if body.get("reasoning_effort") in {"none", "minimal"}:
            return "Unsupported value: 'reasoning_effort' does not support that with this model."
        if body.get("logprobs"):
            return "You are not allowed to request logprobs from this model"
        return "Invalid value: 'prompt_embeds'" if rows_of(body) else super().wrong(body)

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        if body["max_completion_tokens"] <= self.thought:
            reply["choices"][0] = {"message": {"content": ""}, "finish_reason": "length"}
        return reply


@dataclass
class Azure(Counting):
    """A deployment behind its own path, version and header of the key."""

    key: str = ""

    async def elsewhere(self, request: web.Request) -> web.StreamResponse:
        if request.path != "/openai/deployments/small/chat/completions":
            return said(404, "Resource not found")
        if request.query.get("api-version") != "2024-10-21":
            return said(404, "Resource not found: the api-version is not there")
        if request.headers.get("api-key") != self.key or "Authorization" in request.headers:
            return said(401, "Access denied due to invalid subscription key")
        return await self.answer(request)


@dataclass
class BaseModel(Counting):
    """A model without a chat template behind a server that passes text on as it is."""

    def wrong(self, body: Body) -> str | None:
        roles = {message["role"] for message in body["messages"]}
        return "System role not supported" if "system" in roles else super().wrong(body)

    def reply(self, body: Body) -> Body:
        reply = super().reply(body)
        reply["usage"]["prompt_tokens"] -= 5
        for position in reply["choices"][0].get("logprobs", {}).get("content", []):
            position["top_logprobs"][0]["token"] = " Bright"
        return reply


def _shared(one: list[str], other: list[str]) -> int:
    pairs: Iterator[tuple[str, str]] = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
