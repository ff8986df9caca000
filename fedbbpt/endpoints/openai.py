"""A server that speaks the OpenAI chat format: a hosted service, vLLM, llama.cpp and others."""

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fedbbpt.canonical import digest
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.address import checked_address, host_of, is_loopback
from fedbbpt.endpoints.chat_wire import ChatServer, open_chat_wire
from fedbbpt.secret import Secret

__all__ = ["OpenAI"]

_OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "user-agent"})
_SECRET_SIGNS = ("auth", "cookie", "key", "password", "secret", "token")


@dataclass(frozen=True, slots=True)
class OpenAI:
    """Settings of one endpoint.

    Attributes:
        url: base address, for example ``"http://127.0.0.1:8000/v1"``.
        model: the model's name as the server knows it.
        key: sent as bearer token; None where the server wants none.
        top_logprobs: alternatives of the first token that the server reports, in [0, 200]; hosted
            services give at most 20; 0 for a server that gives only text.
        concurrency: attempts under way at once, >= 1.
        timeout_seconds: longest attempt, > 0.
        headers: further headers, none of them secret; they count as part of the identity.

    Raises:
        ValueError: a setting is out of its range.
    """

    url: str
    model: str
    key: Secret | None = None
    top_logprobs: int = 20
    concurrency: int = 8
    timeout_seconds: float = 60.0
    headers: Mapping[str, str] | tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: it is empty; write the name that the server lists")
        if not 0 <= self.top_logprobs <= 200:
            raise ValueError(f"top_logprobs: {self.top_logprobs} is outside 0 to 200; try 20")
        if self.concurrency < 1:
            raise ValueError(f"concurrency: {self.concurrency} is too few; give at least 1")
        if not 0 < self.timeout_seconds < math.inf:
            raise ValueError(f"timeout_seconds: {self.timeout_seconds} is not above 0; try 60")
        headers = dict(self.headers)
        for name, value in headers.items():
            _check_header(name, value)
        object.__setattr__(self, "headers", tuple(sorted(headers.items())))

    def profile(self) -> Profile:
        """Describe the endpoint without contacting it.

        Raises:
            ConfigError: the address cannot be meant, or a key would travel over plain http.
        """
        address = self._address()
        identity = {"url": address, "model": self.model, "headers": dict(self.headers)}
        return Profile(
            name=f"openai {self.model}",
            destination=address,
            identity=digest(identity),
            model=self.model,
            top_logprobs=self.top_logprobs,
            concurrency=self.concurrency,
            local=is_loopback(host_of(address)),
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open a session for the time of a ``with`` block; nothing is sent until it is used.

        Raises:
            ConfigError: as ``profile``.
        """
        server = ChatServer(
            address=self._address(),
            model=self.model,
            key=self.key,
            top_logprobs=self.top_logprobs,
            timeout_seconds=self.timeout_seconds,
            headers=dict(self.headers),
        )
        async with open_chat_wire(server) as wire:
            yield wire

    def _address(self) -> str:
        return checked_address(self.url, with_key=self.key is not None)


def _check_header(name: str, value: str) -> None:
    lower = name.lower()
    if any(sign in lower for sign in _SECRET_SIGNS):
        raise ValueError(
            f"headers: {name} looks like a secret, and a run file holds none; name the variable "
            "that holds the key instead"
        )
    if lower in _OWN_HEADERS or not name or not f"{name}{value}".isprintable():
        raise ValueError(f"headers: {name!r} cannot be set; remove it")
