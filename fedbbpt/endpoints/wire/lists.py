"""A list of conversations as one body, one reply as theirs, as vLLM's list route has them; pure.

The route answers with one choice a conversation, numbered from 0, and one sum of tokens for all.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import orjson

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Request
from fedbbpt.endpoints.spending.ledger import most_prompt_tokens

ROUTE = "/chat/completions/batch"

Shape = tuple[int, float, int, int]


def shape_of(request: Request) -> Shape:
    """Return what requests must have in common to travel in one list."""
    drawn = request.sample if request.temperature > 0 else 0
    return request.max_tokens, request.temperature, drawn, request.top_logprobs


def conversation(request: Request, model: str, form: ChatForm) -> bytes:
    """Return the messages of a request as JSON."""
    return orjson.dumps(chat_body(request, model, form)["messages"])


def list_body(conversations: Sequence[bytes], first: Request, model: str, form: ChatForm) -> bytes:
    """Return the body that asks all conversations at once.

    Args:
        conversations: each as ``conversation`` gives it.
        first: any of their requests; all have one shape.
        model: the model's name as sent.
        form: how the server wants requests put.
    """
    body = chat_body(first, model, form)
    return orjson.dumps({**body, "messages": [orjson.Fragment(one) for one in conversations]})


def replies_of(reply: object, requests: Sequence[Request]) -> list[dict[str, object]]:
    """Return the reply to each request, as if it had been asked alone.

    The server says the tokens of all together; they are shared out by the length of the texts, so
    that the sum is what was said.

    Raises:
        ValueError: not one choice a request, each with its number.
    """
    choices = _choices(reply, len(requests))
    held = reply if isinstance(reply, Mapping) else {}
    said = held.get("usage")
    usage: Mapping[object, object] = said if isinstance(said, Mapping) else {}
    read = shares(_count(usage, "prompt_tokens"), [most_prompt_tokens(one) for one in requests])
    lengths = [1 + len(orjson.dumps(choice.get("message"))) for choice in choices]
    if all(request.max_tokens == 1 for request in requests):
        lengths = [1] * len(choices)
    written = shares(_count(usage, "completion_tokens"), lengths)
    return [
        {
            **held,
            "choices": [choice],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion},
        }
        for choice, prompt, completion in zip(choices, read, written, strict=True)
    ]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole shares of ``total``, each within 1 of its weight's, that add up to it.

    >>> shares(10, [1, 1, 2])
    [2, 3, 5]
    """
    whole = sum(weights)
    ends = [total * upto // whole for upto in accumulate(weights)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def _choices(reply: object, count: int) -> list[Mapping[str, object]]:
    listed = reply.get("choices") if isinstance(reply, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise ValueError("choices: expected a list of objects")
    numbered = {one.get("index"): one for one in listed if type(one.get("index")) is int}
    if len(listed) != count or numbered.keys() != set(range(count)):
        raise ValueError(f"choices: expected the numbers 0 to {count - 1}, each once")
    return [numbered[number] for number in range(count)]


def _count(usage: Mapping[object, object], name: str) -> int:
    value = usage.get(name)
    return value if type(value) is int and value > 0 else 0
