"""What a server may send that is no answer: a hundred bodies and heads, made from seeds."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import orjson

from fedbbpt.randomness import rng

GOOD: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_750_000_000,
    "model": "small",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "praise"},
            "finish_reason": "stop",
            "logprobs": {
                "content": [
                    {
                        "token": "praise",
                        "logprob": -0.1,
                        "top_logprobs": [{"token": "praise", "logprob": -0.1}],
                    }
                ]
            },
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}
WRONG: tuple[Any, ...] = (
    *(None, True, "", "\u0000\u202e\x1b[2J", -1, 1.5e308, 2**63, [], {}, [[]], [None], {"": {}}),
    *("x" * 10_000, [0] * 1_000, {"choices": "choices"}),
)
STATUSES = (201, 204, 206, 299, 409, 425, 499, 501, 507, 511, 599)


class Hostile(NamedTuple):
    """One reply."""

    name: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] | None = None


RAW = (
    Hostile("nothing", b""),
    Hostile("a null byte", b"\x00"),
    Hostile("a byte order mark", b"\xef\xbb\xbf" + orjson.dumps(GOOD)),
    Hostile("deep lists", b"[" * 100_000),
    Hostile("deep lists that end", b"[" * 100_000 + b"]" * 100_000),
    Hostile("deep tables", b'{"choices":' * 50_000),
    Hostile("a huge number", b"1" * 100_000),
    Hostile("a huge exponent", b'{"choices": [{"index": 1e400}]}'),
    Hostile("half a surrogate", b'{"choices": [{"message": {"content": "\\ud800"}}]}'),
    Hostile("bytes that are no text", b'{"choices": [{"message": {"content": "\xff"}}]}'),
    Hostile("one name twice", b'{"choices": [], "choices": 3}'),
    Hostile("two values", b"{}{}"),
    Hostile("an event stream", b'data: {"choices": []}\n\ndata: [DONE]\n\n'),
    Hostile("no gzip", b"no gzip at all", 200, {"Content-Encoding": "gzip"}),
    Hostile("no deflate", b"\x00\x01\x02", 200, {"Content-Encoding": "deflate"}),
    Hostile("an unknown coding", b"{}", 200, {"Content-Encoding": "made-up"}),
    Hostile("a wish in the past", b"{}", 429, {"Retry-After": "-5"}),
    Hostile("a wish for ever", b"{}", 503, {"Retry-After": "9" * 300}),
    Hostile("a wish for no number", b"{}", 503, {"Retry-After": "nan"}),
    Hostile("a wish in words", b"{}", 503, {"Retry-After": "soon \u00e9"}),
    Hostile("limits in words", b"{}", 500, {"x-ratelimit-remaining-requests": "-1e999"}),
    Hostile("resets in words", b"{}", 500, {"x-ratelimit-reset-tokens": "9" * 40 + "h"}),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Yield the way to every part of a JSON value."""
    yield path
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, part in inside:
        yield from _places(part, (*path, name))


def _changed(path: tuple[Any, ...], new: Any) -> Any:  # noqa: ANN401
    """Return the good reply with one part replaced."""
    if not path:
        return new
    copy = orjson.loads(orjson.dumps(GOOD))
    part = copy
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = new
    return copy


def _shape(dice: np.random.Generator, number: int) -> Hostile:
    places = list(_places(GOOD))
    place, new = places[dice.integers(len(places))], WRONG[dice.integers(len(WRONG))]
    body = orjson.dumps(_changed(place, new), option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    return Hostile(f"{number}: {'.'.join(map(str, place))} is {str(new)[:12]!r}", body)


def _bytes(dice: np.random.Generator, number: int) -> Hostile:
    body = bytearray(orjson.dumps(GOOD))
    for place in dice.integers(len(body), size=int(dice.integers(1, 9))):
        body[place] = int(dice.integers(256))
    return Hostile(f"{number}: bytes", bytes(body[: int(dice.integers(1, len(body) + 1))]))


def _status(dice: np.random.Generator, number: int) -> Hostile:
    status = STATUSES[dice.integers(len(STATUSES))]
    error = WRONG[dice.integers(len(WRONG))]
    body = b"" if status == 204 else orjson.dumps({"error": error})
    return Hostile(f"{number}: status {status} with {str(error)[:12]!r}", body, status)


def hostile_replies(count: int) -> list[Hostile]:
    """Return so many replies, at least those that somebody thought of; the rest by dice."""
    made = (_shape, _bytes, _status)
    drawn = (
        made[number % len(made)](rng(number, "hostile reply"), number)
        for number in range(count - len(RAW))
    )
    return [*RAW, *drawn]
