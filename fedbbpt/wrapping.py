"""An app's own client of the ``openai`` package with a tuned prompt in front of it."""

import inspect
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fedbbpt.errors import ConfigError
from fedbbpt.tuned import Dumpable, Reading, TunedPrompt

TUNED = {
    "frequency_penalty",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "presence_penalty",
    "seed",
    "stop",
    "temperature",
    "top_logprobs",
    "top_p",
}
"""Settings of a reply: the tuned request has its own, the app's are not sent."""

KEPT = {
    "extra_headers",
    "extra_query",
    "metadata",
    "prompt_cache_key",
    "safety_identifier",
    "service_tier",
    "store",
    "timeout",
    "user",
}
"""What accompanies a request and changes no reply: sent as the app says."""


class Completions(Protocol):
    """The part of a client that asks; its ``create`` returns a reply or an awaitable of one."""

    def create(self, *args: Any, **request: Any) -> Any:  # noqa: ANN401 - the library's own types
        """Ask."""
        ...


class Chat(Protocol):
    """The part of a client that holds ``completions``."""

    @property
    def completions(self) -> Completions:
        """Chat completions."""
        ...


class ChatClient(Protocol):
    """A client such as ``openai.OpenAI`` or ``openai.AsyncOpenAI``."""

    @property
    def chat(self) -> Chat:
        """Chat."""
        ...


def wrap(client: ChatClient, tuned: TunedPrompt) -> "Wrapped":
    """Return the client with the tuned prompt in front, to take its place in an app.

    ``chat.completions.create(model=..., messages=[...])`` then sends the tuned request for the text
    of the last message, which must be the user's, and returns what the client returns, a reply or,
    for an asynchronous client, an awaitable of it; ``read(reply).label`` is the label.

    - The app's other messages (its system prompt, its examples) are replaced by the tuned prompt's.
    - ``model`` may be left out; another model than the tuned one is refused.
    - Settings of the reply, such as ``temperature`` and ``max_tokens``, are the tuned prompt's.
    - ``timeout``, ``extra_headers``, ``user``, ``metadata`` and the like are passed on.
    - What would make the reply another kind of thing (``stream``, ``tools``, ``n``) is refused.

    Every other attribute is the client's own; what ``with_options`` or ``with_raw_response`` return
    is therefore not wrapped: configure first, wrap last.
    """
    return Wrapped(client, tuned)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A client whose chat completions ask with a tuned prompt; made by ``wrap``."""

    _client: ChatClient
    _tuned: TunedPrompt

    @property
    def chat(self) -> "WrappedChat":
        """Chat, with the tuned prompt in front of its completions."""
        return WrappedChat(self._client.chat, self._tuned)

    def read(self, reply: Mapping[str, object] | Dumpable) -> Reading:
        """Return what a reply says, calibrated where the tuned prompt is an owner's.

        Raises:
            DataError: the reply is no chat completion.
            ConfigError: it was not awaited.
        """
        if inspect.isawaitable(reply):
            raise ConfigError("reply: it is still to come; await it, then read it")
        return self._tuned.read(reply)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        return operator.attrgetter(name)(self._client)


@dataclass(frozen=True, slots=True)
class WrappedChat:
    """The ``chat`` of a wrapped client."""

    _chat: Chat
    _tuned: TunedPrompt

    @property
    def completions(self) -> "WrappedCompletions":
        """Chat completions, asked with the tuned prompt."""
        return WrappedCompletions(self._chat.completions, self._tuned)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        return operator.attrgetter(name)(self._chat)


@dataclass(frozen=True, slots=True)
class WrappedCompletions:
    """The ``chat.completions`` of a wrapped client."""

    _completions: Completions
    _tuned: TunedPrompt

    def create(self, *, messages: object, **options: Any) -> Any:  # noqa: ANN401 - the library's own types
        """Ask with the tuned prompt; see ``wrap``.

        Raises:
            ConfigError: the last message is no text of the user, the model is another one, or an
                option would change what the tuned prompt was scored for.
        """
        model = options.pop("model", None) or self._tuned.model
        if model != self._tuned.model:
            raise ConfigError(
                f"model: the app asks for {model!r}, the prompt was scored with "
                f"{self._tuned.model!r}; say the same or leave it out"
            )
        # The library's own mark for an argument not given is false, as None is.
        meant = {name for name, value in options.items() if value}
        if strange := sorted(meant - TUNED - KEPT):
            raise ConfigError(
                f"{', '.join(strange)}: not part of the tuned request, and the reply would be "
                "another; remove it, or ask the client that was wrapped"
            )
        kept = {name: value for name, value in options.items() if name in KEPT}
        return self._completions.create(**self._tuned.arguments(_input(messages)), **kept)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        return operator.attrgetter(name)(self._completions)


def _input(messages: object) -> str:
    """Return the text of the last message."""
    if not isinstance(messages, list | tuple) or not messages:
        raise ConfigError("messages: expected a list whose last message holds the input")
    last = messages[-1]
    if not isinstance(last, Mapping) or last.get("role") != "user":
        raise ConfigError("messages: the last one must be the user's: its text is the input")
    content = last.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else [None]
    return "".join(_part(part) for part in parts)


def _part(part: object) -> str:
    """Return the text of one part of a message."""
    if isinstance(part, Mapping) and part.get("type") == "text":
        text = part.get("text")
        if isinstance(text, str):
            return text
    raise ConfigError("messages: the last one holds more than text; the tuned prompt takes a text")
