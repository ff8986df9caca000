"""The JSON form of a completion, as the journal keeps it."""

import math

from fedbbpt.canonical import canonical_json
from fedbbpt.completions import Completion, TokenLogprob, Usage


def completion_payload(completion: Completion) -> dict[str, object]:
    """Return a completion as JSON values; ``completion_from`` is the inverse.

    Raises:
        ValueError: a log-probability is not finite, or a text is not valid Unicode: JSON would
            change it silently.
    """
    payload: dict[str, object] = {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "first": [[item.token, float(item.logprob)] for item in completion.first],
        "usage": [completion.usage.prompt_tokens, completion.usage.completion_tokens],
    }
    if not all(math.isfinite(item.logprob) for item in completion.first):
        raise ValueError("first: a log-probability is not finite")
    try:
        canonical_json(payload)
    except TypeError as error:
        raise ValueError(f"completion: JSON cannot carry it ({error})") from error
    return payload


def completion_from(payload: object) -> Completion:
    """Return the completion that ``payload`` describes.

    Raises:
        ValueError: not the shape that ``completion_payload`` gives.
    """
    match payload:
        case {
            "text": str(text),
            "finish_reason": str(finish_reason),
            "first": list(first),
            "usage": [int(read), int(written)],
            **rest,
        } if not rest and _is_count(read) and _is_count(written):
            alternatives = tuple(_alternative(item) for item in first)
            return Completion(text, finish_reason, alternatives, Usage(read, written))
        case _:
            raise ValueError("completion: not the fields of a completion")


def _alternative(item: object) -> TokenLogprob:
    match item:
        case [str(token), float() | int() as logprob] if not isinstance(logprob, bool):
            return TokenLogprob(token, float(logprob))
        case _:
            raise ValueError("first: expected pairs of token and log-probability")


def _is_count(value: int) -> bool:
    return not isinstance(value, bool) and value >= 0
