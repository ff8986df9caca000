"""The OpenAI chat format: a request as its JSON body, a JSON reply as a completion; pure."""

import math
from collections.abc import Mapping
from operator import gt, itemgetter
from typing import cast

from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.completions import (
    WITHHELD,
    Completion,
    Request,
    TokenLogprob,
    Usage,
    alternatives,
)
from fedbbpt.prompts import message_payload
from fedbbpt.soft_parts import with_soft

MAX_ALTERNATIVES = 200
LABEL_IDS = "logprob_token_ids"
THINK, THOUGHT = "<think>", "</think>"

_PAIR = itemgetter("token", "logprob")


def chat_body(request: Request, model: str, form: ChatForm = PLAIN) -> dict[str, object]:
    """Return the body of a chat completion; the same request always gives the same bytes.

    The sample number is not part of the format: at temperature 0 it stays home, above it is the
    ``seed``.

    >>> from fedbbpt.prompts import Message
    >>> list(chat_body(Request((Message("user", "Hi"),)), "m"))
    ['model', 'messages', 'max_tokens', 'temperature']
    """
    body: dict[str, object] = {
        "model": model,
        "messages": with_soft(message_payload(request.messages), request.soft, form.embedding_type),
        form.token_limit: request.max_tokens + form.reasoning_tokens,
    }
    if form.temperature:
        body["temperature"] = request.temperature
    if request.temperature > 0:
        body["seed"] = request.sample
    if request.top_logprobs > 0:
        body["logprobs"] = True
        if form.label_ids:
            body[LABEL_IDS] = list(form.label_ids)
        else:
            body["top_logprobs"] = request.top_logprobs
    return body | dict(form.extra_body)


def read_chat(body: object) -> Completion:
    """Return the completion that a chat reply holds; the first choice counts.

    Reasoning, wherever a server puts it, is no part of the text. A refusal in a field of its own is
    the text, and ``finish_reason`` is then ``"refusal"``. Absent log-probabilities or usage are no
    fault here: ``first`` is then empty, usage zero.

    Raises:
        ValueError: a field is absent or not what the format says; the text names the field.
    """
    reply = _object(body, "body")
    choice, message = _choice(reply)
    where = "choices[0].message.content"
    finish = _text_or_null(choice.get("finish_reason"), "choices[0].finish_reason")
    refusal = _text_or_null(message.get("refusal"), "choices[0].message.refusal")
    if refusal:
        text, finish = refusal, "refusal"
    elif "content" not in message and finish not in WITHHELD:
        raise ValueError(f"{where}: absent")
    else:
        text = without_thoughts(_content(message.get("content"), where))
    return Completion(
        text=text,
        finish_reason=finish,
        first=_first(choice.get("logprobs")),
        usage=usage_of(reply.get("usage")),
    )


def reasoned(body: object) -> bool:
    """Tell whether a chat reply that ``read_chat`` reads shows that the model reasoned first."""
    reply = _object(body, "body")
    _, message = _choice(reply)
    details = _details(reply.get("usage"), "completion_tokens_details")
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return bool(
        message.get("reasoning_content")
        or message.get("reasoning")
        or details.get("reasoning_tokens")
        or (isinstance(content, str) and content.lstrip().startswith(THINK))
        or any(isinstance(part, Mapping) and part.get("type") == "thinking" for part in parts)
    )


def without_thoughts(text: str) -> str:
    r"""Return a text without the reasoning in tags that some servers leave at its beginning.

    >>> without_thoughts("<think>Which one?</think>\n\nyes"), without_thoughts("<think>Which")
    ('yes', '')
    """
    if not text.lstrip().startswith(THINK):
        return text
    return text.partition(THOUGHT)[2].lstrip()


def _choice(reply: Mapping[str, object]) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Return the first choice and its message."""
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ValueError("choices: expected a list with at least one entry")
    choice = _object(choices[0], "choices[0]")
    if "message" not in choice and choice.get("finish_reason") in WITHHELD:
        return choice, {}
    return choice, _object(choice.get("message"), "choices[0].message")


def _content(content: object, where: str) -> str:
    """Return the text of a message; of a message in parts only the parts that are text."""
    if not isinstance(content, list) or not content:
        return _text_or_null(content, where)
    parts = [_object(part, f"{where}[{i}]") for i, part in enumerate(content)]
    if not all(isinstance(part.get("type"), str) for part in parts):
        raise ValueError(f"{where}: a part says no type")
    texts = [part.get("text") for part in parts if part.get("type") == "text"]
    return "".join(_text_or_null(text, f"{where}.text") for text in texts)


def _first(logprobs: object) -> tuple[TokenLogprob, ...]:
    if logprobs is None:
        return ()
    held = _object(logprobs, "choices[0].logprobs")
    if "content" not in held and "tokens" in held:
        return _ordered(_older_first(held))
    where = "choices[0].logprobs.content"
    tokens = _list_or_null(held.get("content"), where)
    if not tokens:
        return ()
    where = f"{where}[0].top_logprobs"
    found = _list_or_null(_object(tokens[0], where).get("top_logprobs"), where)
    if len(found) > MAX_ALTERNATIVES:
        raise ValueError(f"{where}: {len(found)} entries, expected at most {MAX_ALTERNATIVES}")
    return _at_once(found) or _ordered(
        [_alternative(item, f"{where}[{i}]") for i, item in enumerate(found)]
    )


def _at_once(found: list[object]) -> tuple[TokenLogprob, ...]:
    """Return the alternatives, by a few passes of compiled code, if all is as it usually is.

    Empty where anything is not: an entry that is no object, an integer, two of the same
    log-probability. What ``_alternative`` and ``_ordered`` say of those is then the answer.
    """
    try:
        pairs = list(map(_PAIR, cast("list[dict[str, object]]", found)))
    except (KeyError, TypeError):
        return ()
    tokens, logprobs = zip(*pairs, strict=True) if pairs else ((), ())
    if set(map(type, tokens)) != {str} or set(map(type, logprobs)) != {float}:
        return ()
    falling = all(map(gt, logprobs, logprobs[1:]))
    if not (falling and math.isfinite(logprobs[0]) and math.isfinite(logprobs[-1])):
        return ()
    return alternatives(pairs)


def _older_first(held: Mapping[str, object]) -> list[TokenLogprob]:
    """Return the first token's alternatives from the lists that text completions gave them in."""
    where = "choices[0].logprobs.top_logprobs"
    tables = _list_or_null(held.get("top_logprobs"), where)
    if not tables or tables[0] is None:
        return []
    table = _object(tables[0], f"{where}[0]")
    if len(table) > MAX_ALTERNATIVES:
        raise ValueError(f"{where}: {len(table)} entries, expected at most {MAX_ALTERNATIVES}")
    return [_alternative({"token": t, "logprob": p}, f"{where}[0]") for t, p in table.items()]


def _ordered(found: list[TokenLogprob]) -> tuple[TokenLogprob, ...]:
    return tuple(sorted(found, key=lambda one: (-one.logprob, one.token)))


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


def usage_of(usage: object) -> Usage:
    """Return the tokens that a reply's ``usage`` names; absent says none.

    Law: ``cached_tokens <= prompt_tokens``; where a server counts more, all that was read counts.

    Raises:
        ValueError: not what the format says.
    """
    if usage is None:
        return Usage()
    fields = _object(usage, "usage")
    details = _details(usage, "prompt_tokens_details")
    read = _count(fields, "prompt_tokens")
    cached = min(_count(details, "cached_tokens"), read)
    return Usage(read, _count(fields, "completion_tokens"), cached)


def _details(usage: object, name: str) -> Mapping[str, object]:
    details = usage.get(name) if isinstance(usage, (dict, Mapping)) else None
    return details if isinstance(details, (dict, Mapping)) else {}


def _count(fields: Mapping[str, object], name: str) -> int:
    value = fields.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"usage.{name}: expected a whole number of at least 0")
    return value


def _object(value: object, where: str) -> Mapping[str, object]:
    # What a body is read as is named first: asking after a protocol alone is ten times as slow.
    if not isinstance(value, (dict, Mapping)):
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
