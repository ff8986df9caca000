"""What is asked of an endpoint and what comes back: requests, completions, usage."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fedbbpt.canonical import digest
from fedbbpt.prompts import Message, message_payload
from fedbbpt.soft_tokens import PlacedTokens

WITHHELD = frozenset({"content_filter", "refusal"})
"""Reasons to finish by which an endpoint says that it keeps the answer back."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an endpoint.

    Attributes:
        messages: the rendered conversation.
        max_tokens: longest reply, >= 1.
        temperature: 0 for the most likely reply.
        top_logprobs: how many alternatives of the first token to report; 0 asks for none.
        sample: number of the draw; the same question with another number is another call.
        soft: soft tokens in the last message, or None; only their digest is part of the key.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 1
    temperature: float = 0.0
    top_logprobs: int = 0
    sample: int = 0
    soft: PlacedTokens | None = None
    _keyed: tuple[str, str] = field(default=("", ""), init=False, repr=False, compare=False)

    def key(self, identity: str) -> str:
        """Return the digest of all that the reply depends on.

        It is made once, however many wrappers ask for it on the way to the wire.

        Args:
            identity: what a reply depends on besides the request, see ``Profile.identity``.
        """
        known, key = self._keyed
        if known != identity or not key:
            key = digest({"identity": identity, "request": self.payload()})
            object.__setattr__(self, "_keyed", (identity, key))
        return key

    def payload(self) -> dict[str, object]:
        """Return all that decides the reply, as JSON values: the basis of the request's key."""
        values: dict[str, object] = {
            "messages": message_payload(self.messages),
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_logprobs": self.top_logprobs,
            "sample": self.sample,
        }
        return values if self.soft is None else values | {"soft": self.soft.payload()}


class TokenLogprob(NamedTuple):
    """One alternative of the first generated token and its natural log-probability.

    A named tuple, unlike the other values: a reply holds up to 40, and a journal many replies.
    """

    token: str
    logprob: float


def alternatives(pairs: Iterable[Iterable[object]]) -> tuple[TokenLogprob, ...]:
    """Return pairs of a text and a number, already checked, as alternatives.

    The constructor of a named tuple takes a step in Python for each, which in a reply of 20
    alternatives is half of its reading.
    """
    made = tuple.__new__
    return tuple([made(TokenLogprob, pair) for pair in pairs])


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the endpoint says it read and wrote.

    Attributes:
        prompt_tokens: read.
        completion_tokens: written, reasoning included.
        cached_tokens: of those read, the ones that it had computed before.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Window:
    """One grant of an endpoint.

    Attributes:
        limit: what is granted in a period, > 0.
        remaining: what is left of it now, >= 0, or None.
        reset_seconds: until all of it is there again, >= 0, or None.
        seconds: length of the period, > 0, or None where nobody says.
    """

    limit: float
    remaining: float | None = None
    reset_seconds: float | None = None
    seconds: float | None = 60.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What one reply tells of the grants of requests and of tokens; None where it tells nothing."""

    requests: Window | None = None
    tokens: Window | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply.

    Attributes:
        text: the generated text.
        finish_reason: as the endpoint says, for example ``"stop"`` or ``"length"``; one of
            ``WITHHELD`` where it keeps the answer back.
        first: alternatives of the first token, most likely first; empty when none were given.
        usage: tokens read and written.
        limits: what came with it of the endpoint's grants, or None; no part of the answer.
    """

    text: str
    finish_reason: str = "stop"
    first: tuple[TokenLogprob, ...] = ()
    usage: Usage = Usage()
    limits: RateLimits | None = field(default=None, compare=False, repr=False)
