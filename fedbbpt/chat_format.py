"""The OpenAI chat format: a request as its JSON body, a JSON reply as a completion; pure."""

import math
from collections.abc import Mapping

from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.prompts import message_payload

MAX_ALTERNATIVES = 200


def chat_body(request: Request, model: str) -> dict[str, object]:
    """Return the body of a chat completion; the same request always gives the same bytes.

    The sample number is not part of the format: at temperature 0 it stays home, above it is the
    ``seed``.

    >>> from fedbbpt.prompts import Message
    >>> list(chat_body(Request((Message("user", "Hi"),)), "m"))
    ['model', 'messages', 'max_tokens', 'temperature']
    """
    body: dict[str, object] = {
        "model": model,
        "messages": message_payload(request.messages),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
    }
    if request.temperature > 0:
        body["seed"] = request.sample
    if request.top_logprobs > 0:
        body["logprobs"] = True
        body["top_logprobs"] = request.top_logprobs
    return body


def read_chat(body: object) -> Completion:
    """Return the completion that a chat reply holds; the first choice counts.

    Absent log-probabilities or usage are no fault here: ``first`` is then empty, usage zero.

    Raises:
        ValueError: a field is absent or not what the format says; the text names the field.
    """
    reply = _object(body, "body")
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ValueError("choices: expected a list with at least one entry")
    choice = _object(choices[0], "choices[0]")
    message = _object(choice.get("message"), "choices[0].message")
    if "content" not in message:
        raise ValueError("choices[0].message.content: absent")
    return Completion(
        text=_text_or_null(message["content"], "choices[0].message.content"),
        finish_reason=_text_or_null(choice.get("finish_reason"), "choices[0].finish_reason"),
        first=_first(choice.get("logprobs")),
        usage=_usage(reply.get("usage")),
    )


def _first(logprobs: object) -> tuple[TokenLogprob, ...]:
    if logprobs is None:
        return ()
    where = "choices[0].logprobs.content"
    tokens = _list_or_null(_object(logprobs, "choices[0].logprobs").get("content"), where)
    if not tokens:
        return ()
    where = f"{where}[0].top_logprobs"
    found = _list_or_null(_object(tokens[0], where).get("top_logprobs"), where)
    if len(found) > MAX_ALTERNATIVES:
        raise ValueError(f"{where}: {len(found)} entries, expected at most {MAX_ALTERNATIVES}")
    alternatives = [_alternative(item, f"{where}[{i}]") for i, item in enumerate(found)]
    return tuple(sorted(alternatives, key=lambda one: (-one.logprob, one.token)))


def _alternative(item: object, where: str) -> TokenLogprob:
    entry = _object(item, where)
    token, logprob = entry.get("token"), entry.get("logprob")
    if not isinstance(token, str):
        raise ValueError(f"{where}.token: expected a text")
    if isinstance(logprob, bool) or not isinstance(logprob, int | float):
        raise ValueError(f"{where}.logprob: expected a number")
    if not math.isfinite(logprob):
        raise ValueError(f"{where}.logprob: not finite")
    return TokenLogprob(token, float(logprob))


def _usage(usage: object) -> Usage:
    if usage is None:
        return Usage()
    fields = _object(usage, "usage")
    return Usage(_count(fields, "prompt_tokens"), _count(fields, "completion_tokens"))


def _count(fields: Mapping[str, object], name: str) -> int:
    value = fields.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"usage.{name}: expected a whole number of at least 0")
    return value


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected an object")
    return value


def _list_or_null(value: object, where: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{where}: expected a list")
    return value


def _text_or_null(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{where}: expected a text or null")
    return value
