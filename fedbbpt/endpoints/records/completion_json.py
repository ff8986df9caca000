"""The JSON form of a completion, as the journal keeps it."""

import math
from collections.abc import Mapping
from typing import Any

from fedbbpt.canonical import canonical_json
from fedbbpt.completions import Completion, Usage, alternatives

_FIELDS = {"text", "finish_reason", "first", "usage"}


def completion_payload(completion: Completion) -> dict[str, object]:
    """Return a completion as JSON values; ``completion_from`` is the inverse.

    Raises:
        ValueError: a log-probability is not finite, or a text is not valid Unicode: JSON would
            change it silently.
    """
    payload = unwritten_payload(completion)
    try:
        canonical_json(payload)
    except TypeError as error:
        raise ValueError(f"completion: JSON cannot carry it ({error})") from error
    return payload


def unwritten_payload(completion: Completion) -> dict[str, object]:
    """Return a completion as JSON values for a caller that writes them, and meets a bad text there.

    Raises:
        ValueError: a log-probability is not finite.
    """
    first = completion.first
    tokens, logprobs = zip(*first, strict=True) if first else ((), ())
    if not all(map(math.isfinite, logprobs)):
        raise ValueError("first: a log-probability is not finite")
    return {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "first": list(map(list, zip(tokens, map(float, logprobs), strict=True))),
        "usage": _usage_payload(completion.usage),
    }


def completion_from(payload: object) -> Completion:
    """Return the completion that ``payload`` describes.

    Raises:
        ValueError: not the shape that ``completion_payload`` gives.
    """
    text, finish_reason, first, usage = _fields(payload)
    return Completion(text, finish_reason, alternatives(first), Usage(*usage))


def completion_again(payload: Mapping[str, Any]) -> Completion:
    """Do as ``completion_from``, several times faster, for a payload that was checked before."""
    first, usage = alternatives(payload["first"]), Usage(*payload["usage"])
    return Completion(payload["text"], payload["finish_reason"], first, usage)


def usage_from(payload: object) -> Usage:
    """Return the usage of the completion that ``payload`` describes, which is checked whole.

    Raises:
        ValueError: not the shape that ``completion_payload`` gives.
    """
    return Usage(*_fields(payload)[3])


def _fields(payload: object) -> tuple[str, str, list[list[str | float]], list[int]]:
    if not isinstance(payload, dict) or payload.keys() != _FIELDS:
        raise ValueError("completion: not the fields of a completion")
    text, finish_reason = payload["text"], payload["finish_reason"]
    first, usage = payload["first"], payload["usage"]
    if not (isinstance(text, str) and isinstance(finish_reason, str) and _is_usage(usage)):
        raise ValueError("completion: not the fields of a completion")
    if not _are_alternatives(first):
        raise ValueError("first: expected pairs of token and log-probability")
    return text, finish_reason, first, usage


def _are_alternatives(first: object) -> bool:
    """Tell whether these are pairs of text and number, by a few passes of compiled code."""
    if not isinstance(first, list) or not set(map(type, first)) <= {list}:
        return False
    if not first:
        return True
    if set(map(len, first)) != {2}:
        return False
    tokens, logprobs = zip(*first, strict=True)
    return set(map(type, tokens)) == {str} and set(map(type, logprobs)) <= {float, int}


def _is_usage(usage: object) -> bool:
    if not isinstance(usage, list) or not 2 <= len(usage) <= 3:
        return False
    return set(map(type, usage)) == {int} and min(usage) >= 0


def _usage_payload(usage: Usage) -> list[int]:
    counts = [usage.prompt_tokens, usage.completion_tokens]
    # Left out where it is nothing, as in every journal from before it was kept.
    return [*counts, usage.cached_tokens] if usage.cached_tokens else counts
