"""The user's own client of the ``openai`` package, plain or Azure, as an endpoint."""

import asyncio
import importlib
import operator
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.pacing.bounds import check_rates
from fedbbpt.endpoints.wire.address import checked_address, host_of, is_loopback
from fedbbpt.endpoints.wire.chat_settings import chat_identity, check_form, check_limits
from fedbbpt.endpoints.wire.failures import UNTRUSTED, Refusal, one_line
from fedbbpt.endpoints.wire.replies import Correspondent
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.money import FREE
from fedbbpt.secret import Secret

if TYPE_CHECKING:
    import openai

__all__ = ["OpenAISDK"]

_LIBRARY = "openai"
_INSTALL = 'pip install "fedbbpt[openai]"'
_NO_CONNECTION = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""Known by name: which HTTP library the package stands on depends on its version."""


@dataclass(frozen=True, slots=True)
class OpenAISDK:
    """Settings of a client that the user makes: its address, key and transport are its own.

    Retries are the run's, so the client's are switched off; redirects are not followed. What else
    the client does, for example reading proxies from the environment, is as the user made it.

    Attributes:
        client: ``"package.module:function"``; called without arguments, it returns a new
            ``openai.AsyncOpenAI`` or ``openai.AsyncAzureOpenAI``.
        model: the model's name as the server knows it; at Azure the deployment's.
        top_logprobs: alternatives of the first token that the server reports, in [0, 200].
        concurrency: as ``openai``'s.
        timeout_seconds: longest attempt, > 0.
        token_limit: as ``openai``'s.
        temperature: as ``openai``'s.
        extra_body: as ``openai``'s.
        reasoning_tokens: as ``openai``'s.
        answers_as: as ``openai``'s.
        requests_per_minute: as ``openai``'s; only a refusal's headers are seen, not a reply's.
        tokens_per_minute: as ``openai``'s.

    Raises:
        ValueError: a setting is out of its range.
    """

    client: str
    model: str
    top_logprobs: int = 20
    concurrency: int = 8
    timeout_seconds: float = 60.0
    token_limit: str = "max_tokens"
    temperature: bool = True
    extra_body: Mapping[str, object] = field(default_factory=dict, hash=False)
    reasoning_tokens: int = 0
    answers_as: str = ""
    requests_per_minute: int = 0
    tokens_per_minute: int = 0

    def __post_init__(self) -> None:
        module, _, name = self.client.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), name)):
            raise ValueError(
                f"client: {self.client!r} names no function; write it as "
                '"package.module:make_client"'
            )
        if not self.model:
            raise ValueError("model: it is empty; write the name that the server lists")
        check_limits(self.top_logprobs, self.concurrency, self.timeout_seconds)
        check_rates(self.requests_per_minute, self.tokens_per_minute)
        check_form(self._form, self.top_logprobs)
        object.__setattr__(self, "extra_body", self._form.extra_body)

    def profile(self) -> Profile:
        """Describe the endpoint of a client made for it, without contacting it.

        Raises:
            ConfigError: the package is not installed, the function cannot be found or gives no
                such client, or its address cannot be meant.
        """
        client = self._made()
        address = _address(client)
        query = {name: str(value) for name, value in client.default_query.items()}
        return Profile(
            name=f"openai_sdk {self.model}",
            destination=address,
            identity=chat_identity(address, self.model, self._form, {}, query),
            model=self.model,
            top_logprobs=self.top_logprobs,
            concurrency=self.concurrency,
            local=is_loopback(host_of(address)),
            form=self._form,
            answers_as=self.answers_as,
            price=FREE if is_loopback(host_of(address)) else None,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            key=_key(client),
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Make a client for the time of a ``with`` block; nothing is sent until it is used.

        Raises:
            ConfigError: as ``profile``.
        """
        client = self._made()
        correspondent = Correspondent(
            address=_address(client),
            model=self.model,
            key=_key(client),
            top_logprobs=self.top_logprobs,
            form=self._form,
            answers_as=self.answers_as,
        )
        async with client:
            # A second owner of retries would pay for attempts that no journal knows of.
            plain = client.with_options(max_retries=0, timeout=self.timeout_seconds)
            yield _SDKWire(plain, correspondent, self.timeout_seconds)

    @property
    def _form(self) -> ChatForm:
        return ChatForm(
            token_limit=self.token_limit,
            temperature=self.temperature,
            reasoning_tokens=self.reasoning_tokens,
            extra_body=self.extra_body,
        )

    def _made(self) -> "openai.AsyncOpenAI":
        library = _library()
        module, _, name = self.client.partition(":")
        try:
            make = operator.attrgetter(name)(importlib.import_module(module))
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"client: {self.client!r}: {error}; the module must be importable from here, for "
                "example with PYTHONPATH=. before the command"
            ) from error
        try:
            made = make()
        except library.OpenAIError as error:
            raise ConfigError(f"client: {self.client}: {one_line(str(error), None)}") from error
        if not isinstance(made, library.AsyncOpenAI):
            raise ConfigError(
                f"client: {self.client} returned {type(made).__name__}; it must return an "
                "openai.AsyncOpenAI or openai.AsyncAzureOpenAI"
            )
        client: openai.AsyncOpenAI = made
        return client


@dataclass(frozen=True, slots=True)
class _SDKWire:
    client: "openai.AsyncOpenAI"
    correspondent: Correspondent
    timeout_seconds: float

    async def send(self, request: Request) -> Completion:
        """Ask once; see ``Wire``."""
        library, reader = _library(), self.correspondent
        try:
            # The client's own time-out bounds each step of an attempt, this one the whole.
            async with asyncio.timeout(self.timeout_seconds):
                body = await self.client.post(
                    "/chat/completions",
                    cast_to=bytes,
                    body=chat_body(request, reader.model, reader.form),
                    options={"follow_redirects": False},
                )
        except library.APIStatusError as error:
            response = error.response
            return reader.refused(Refusal(response.status_code, response.headers, response.content))
        except (library.APIConnectionError, TimeoutError) as error:
            raise _transport_error(error, reader.address) from error
        except library.APIError as error:
            raise AttemptError("unreadable body", billed=True) from error
        except library.OpenAIError as error:
            said = one_line(str(error), reader.key)
            raise EndpointError(f"{reader.address}: the client refuses: {said}") from error
        return reader.answered(body, {}, request)


def _library() -> ModuleType:
    # Late, because it takes as long to load as the rest of the program, and few runs need it.
    try:
        return importlib.import_module(_LIBRARY)
    except ModuleNotFoundError as error:
        raise ConfigError(f"client: {_LIBRARY} is not installed; run: {_INSTALL}") from error


def _address(client: "openai.AsyncOpenAI") -> str:
    try:
        return checked_address(str(client.base_url), with_key=bool(client.api_key))
    except ConfigError as error:
        raise ConfigError(f"client: its base_url: {error}") from error


def _key(client: "openai.AsyncOpenAI") -> Secret | None:
    try:
        return Secret(client.api_key)
    except ValueError:  # none, or a sign of the library's that there is none
        return None


def _transport_error(error: Exception, address: str) -> AttemptError | EndpointError:
    cause = error.__cause__
    if "CERTIFICATE_VERIFY_FAILED" in str(cause):
        return EndpointError(f"{address}: {UNTRUSTED}")
    if type(cause).__name__ in _NO_CONNECTION:
        return AttemptError("connection failed", billed=False)
    late = isinstance(error, TimeoutError) or type(error).__name__ == "APITimeoutError"
    return AttemptError("timeout" if late else "connection lost", billed=True)
