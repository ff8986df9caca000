"""A server that speaks the OpenAI chat format: a hosted service, vLLM, llama.cpp and others."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fedbbpt.chat_form import ChatForm
from fedbbpt.endpoints import Connector, Profile, Wire
from fedbbpt.endpoints.batches.terms import (
    COMPLETION_WINDOW,
    MAX_BYTES,
    MAX_REQUESTS,
    ONLINE,
    POLL_SECONDS,
    BatchTerms,
    check_transport,
)
from fedbbpt.endpoints.batches.wire import BatchWire
from fedbbpt.endpoints.pacing.bounds import check_rates
from fedbbpt.endpoints.wire.address import checked_address, checked_proxy, host_of, is_loopback
from fedbbpt.endpoints.wire.chat_settings import (
    chat_identity,
    check_form,
    check_key_header,
    check_limits,
    checked_pairs,
)
from fedbbpt.endpoints.wire.chat_wire import BEARER, ChatServer, open_chat_wire
from fedbbpt.endpoints.wire.embedding_wire import Embedder
from fedbbpt.endpoints.wire.trust import checked_trust
from fedbbpt.money import FREE
from fedbbpt.secret import Secret

__all__ = ["OpenAI"]

Pairs = Mapping[str, str] | tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpenAI:
    """Settings of one endpoint.

    Attributes:
        url: base address, for example ``"http://127.0.0.1:8000/v1"``.
        model: the model's name as the server knows it.
        key: opens the server; None where it wants none.
        top_logprobs: alternatives of the first token that the server reports, in [0, 200]; hosted
            services give at most 20; 0 for a server that gives only text.
        concurrency: most attempts under way at once, >= 1; fewer where more bring nothing, or
            where the server refuses more.
        timeout_seconds: longest attempt, > 0.
        headers: further headers, none of them secret; they count as part of the identity.
        query: parameters of every address, none of them secret, for example ``api-version``; they
            count as part of the identity.
        key_header: the header that carries the key; in ``"Authorization"`` it is a bearer token,
            in any other, for example ``"api-key"``, it stands alone.
        proxy: address of a proxy that wants no password; empty for none. The environment's is
            never used.
        ca: PEM file of the authority that the server's certificate must come from; empty for those
            that this machine trusts.
        token_limit: the field that bounds a reply, ``"max_tokens"`` or ``"max_completion_tokens"``.
        temperature: whether a temperature is sent; some reasoning models refuse any.
        extra_body: further fields of every request, for example ``reasoning_effort``.
        reasoning_tokens: room for a model's reasoning, added to the bound of every reply, >= 0.
            The first token is then none of the answer's, so ``top_logprobs`` must be 0.
        answers_as: the model's name in the replies, where the server wants another one in the
            request, as for a deployment; empty where it is ``model``, perhaps with a date. A reply
            that names any other model is a failed attempt.
        requests_per_minute: most requests, >= 0; 0 for what the server's headers grant or, without
            such headers, what it takes.
        tokens_per_minute: most tokens read and written, >= 0; 0 as above.
        transport: ``"online"``; or ``"batch"`` for batch files, which cost half where the server
            offers them and whose answers may take a day.
        poll_seconds: between two looks at a batch, > 0.
        file_requests: most requests in a batch file, >= 1.
        file_bytes: most bytes in a batch file, >= 1.
        completion_window: of a batch, as the server wants it; most accept only ``"24h"``.

    Raises:
        ValueError: a setting is out of its range.
    """

    url: str
    model: str
    key: Secret | None = None
    top_logprobs: int = 20
    concurrency: int = 8
    timeout_seconds: float = 60.0
    headers: Pairs = ()
    query: Pairs = ()
    key_header: str = BEARER
    proxy: str = ""
    ca: str = ""
    token_limit: str = "max_tokens"
    temperature: bool = True
    extra_body: Mapping[str, object] = field(default_factory=dict, hash=False)
    reasoning_tokens: int = 0
    answers_as: str = ""
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    transport: str = ONLINE
    poll_seconds: float = POLL_SECONDS
    file_requests: int = MAX_REQUESTS
    file_bytes: int = MAX_BYTES
    completion_window: str = COMPLETION_WINDOW
    _terms: BatchTerms = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: it is empty; write the name that the server lists")
        check_limits(self.top_logprobs, self.concurrency, self.timeout_seconds)
        check_rates(self.requests_per_minute, self.tokens_per_minute)
        check_key_header(self.key_header)
        check_form(self._form, self.top_logprobs)
        check_transport(self.transport)
        terms = BatchTerms(
            self.poll_seconds, self.file_requests, self.file_bytes, self.completion_window
        )
        object.__setattr__(self, "_terms", terms)
        object.__setattr__(self, "headers", checked_pairs("headers", self.headers))
        object.__setattr__(self, "query", checked_pairs("query", self.query))
        object.__setattr__(self, "extra_body", self._form.extra_body)

    def profile(self) -> Profile:
        """Describe the endpoint without contacting it.

        Raises:
            ConfigError: the address, the proxy or the authority cannot be meant, or a key would
                travel over plain http.
        """
        address, proxy = self._address(), self._proxy()
        checked_trust(self.ca, address, proxy)
        headers, query = dict(self.headers), dict(self.query)
        return Profile(
            name=f"openai {self.model}",
            destination=f"{address} through the proxy {proxy}" if proxy else address,
            identity=chat_identity(address, self.model, self._form, headers, query),
            model=self.model,
            top_logprobs=self.top_logprobs,
            concurrency=self.concurrency,
            local=self._is_local(address, proxy),
            form=self._form,
            answers_as=self.answers_as,
            price=FREE if self._is_local(address, proxy) else None,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            key=self.key,
            transport=self.transport,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open a session for the time of a ``with`` block; nothing is sent until it is used.

        Raises:
            ConfigError: as ``profile``.
        """
        async with open_chat_wire(self.server()) as wire:
            yield wire if self.transport == ONLINE else BatchWire(wire, self._terms)

    def embedder(self) -> Connector:
        """Return the same server as one that is asked for embeddings.

        Raises:
            ConfigError: as ``profile``.
        """
        return Embedder(self.server(), self.profile())

    def server(self) -> ChatServer:
        """Return where and how it is asked.

        Raises:
            ConfigError: as ``profile``.
        """
        address, proxy = self._address(), self._proxy()
        return ChatServer(
            address=address,
            model=self.model,
            key=self.key,
            top_logprobs=self.top_logprobs,
            timeout_seconds=self.timeout_seconds,
            headers=dict(self.headers),
            query=dict(self.query),
            key_header=self.key_header,
            proxy=proxy,
            trust=checked_trust(self.ca, address, proxy),
            form=self._form,
            answers_as=self.answers_as,
        )

    @property
    def _form(self) -> ChatForm:
        return ChatForm(
            token_limit=self.token_limit,
            temperature=self.temperature,
            reasoning_tokens=self.reasoning_tokens,
            extra_body=self.extra_body,
        )

    @staticmethod
    def _is_local(*places: str) -> bool:
        return all(is_loopback(host_of(place)) for place in places if place)

    def _address(self) -> str:
        return checked_address(self.url, with_key=self.key is not None)

    def _proxy(self) -> str:
        return checked_proxy(self.proxy, self._address(), with_key=self.key is not None)
