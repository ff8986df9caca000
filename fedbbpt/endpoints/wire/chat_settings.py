"""Checks and identity that the kinds of chat endpoint have in common."""

import math
from collections.abc import Mapping

from fedbbpt.canonical import digest
from fedbbpt.chat_form import ChatForm

_OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "user-agent"})
_SECRET_SIGNS = ("auth", "cookie", "key", "password", "secret", "sig", "token")


def chat_identity(
    address: str,
    model: str,
    form: ChatForm,
    headers: Mapping[str, str],
    query: Mapping[str, str],
) -> str:
    """Return what a reply depends on besides the request; the key and the way there do not count.

    Settings at their defaults leave no trace, so that journals outlive new settings.
    """
    values: dict[str, object] = {"url": address, "model": model, "headers": dict(headers)}
    if query:
        values["query"] = dict(query)
    if put := form.payload():
        values["form"] = put
    return digest(values)


def check_limits(top_logprobs: int, concurrency: int, timeout_seconds: float) -> None:
    """Pass if the numbers of an endpoint are in range.

    Raises:
        ValueError: one is not; the text names it.
    """
    if not 0 <= top_logprobs <= 200:
        raise ValueError(f"top_logprobs: {top_logprobs} is outside 0 to 200; try 20")
    if concurrency < 1:
        raise ValueError(f"concurrency: {concurrency} is too few; give at least 1")
    if not 0 < timeout_seconds < math.inf:
        raise ValueError(f"timeout_seconds: {timeout_seconds} is not above 0; try 60")


def check_form(form: ChatForm, top_logprobs: int) -> None:
    """Pass if a form goes with reading the first token's alternatives.

    Raises:
        ValueError: the model reasons first, and the first token would be of its reasoning.
    """
    if form.reasoning_tokens and top_logprobs:
        raise ValueError(
            "top_logprobs: with reasoning_tokens the first token is of the reasoning and tells "
            "nothing of the answer; write top_logprobs = 0, and labels are read from the text"
        )


def check_key_header(name: str) -> None:
    """Pass if a header may carry the key.

    Raises:
        ValueError: it is no name of a header, or one that the connection needs itself.
    """
    if not _is_token(name) or name.lower() in _OWN_HEADERS:
        raise ValueError(
            f"key_header: {name!r} cannot carry a key; write the header's name, for example "
            '"api-key", or leave it out for a bearer token'
        )


def checked_pairs(
    setting: str, pairs: Mapping[str, str] | tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return headers or parameters of an address in order.

    Raises:
        ValueError: one looks like a secret, or cannot be set.
    """
    table = dict(pairs)
    for name, value in table.items():
        lower = name.lower()
        if any(sign in lower for sign in _SECRET_SIGNS):
            raise ValueError(
                f"{setting}: {name} looks like a secret, and a run file holds none; name the "
                "variable that holds the key with key_env, and its header with key_header"
            )
        own = setting == "headers" and lower in _OWN_HEADERS
        if own or not name or not f"{name}{value}".isprintable():
            raise ValueError(f"{setting}: {name!r} cannot be set; remove it")
    return tuple(sorted(table.items()))


def _is_token(name: str) -> bool:
    return bool(name) and name.isascii() and all(c.isalnum() or c in "-_" for c in name)
