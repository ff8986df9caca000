"""A vLLM server: what ``openai`` asks of it, and soft tokens and exact label scores besides."""

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from fedbbpt.chat_form import ChatForm
from fedbbpt.endpoints import Connector, Embeddings, Profile, Wire
from fedbbpt.endpoints.openai import OpenAI, Pairs
from fedbbpt.endpoints.wire.chat_settings import chat_identity
from fedbbpt.endpoints.wire.chat_wire import ChatServer
from fedbbpt.endpoints.wire.together import open_together
from fedbbpt.secret import Secret

__all__ = ["Vllm"]


@dataclass(frozen=True, slots=True)
class Vllm:
    """Settings of one server.

    Attributes:
        url: base address, for example ``"http://127.0.0.1:8000/v1"``.
        model: the model's name as the server knows it.
        key: opens the server; None where it wants none.
        top_logprobs: alternatives of the first token that are asked for, in [0, 200]; more than 20
            want a server with a higher ``--max-logprobs``.
        label_ids: tokens of the label words, as the server's ``/tokenize`` numbers them: their
            log-probabilities are asked for by number, whatever their rank, and no label has to be
            guessed (tier T2, vLLM from 0.27). Empty reads the most likely alternatives.
        embedding_width: hidden size of the model, for soft tokens (tier T3); ``fedbbpt doctor``
            reads it off the server's refusal of another one. 0 for text alone.
        embedding_std: standard deviation of the model's embeddings, > 0; the server cannot be
            asked for it, whoever has the weights can say it. Near 0.02 to 0.2 for most models. Left
            out, or 0, a run finds a scale by a few hundred requests at its start.
        embedding_type: how the numbers of soft tokens travel, ``"float32"``, ``"float16"`` or
            ``"bfloat16"``: halves are half the bytes of a request, rounded as the model's own type
            would round them. Part of the identity.
        concurrency: most attempts under way at once, >= 1; fewer where more bring nothing.
        together: most requests that travel in one call, >= 1, where the server has
            ``/chat/completions/batch``; requests go one by one where it has not, and with 1.
        timeout_seconds: longest attempt, > 0.
        headers: further headers, none of them secret; they count as part of the identity.
        ca: PEM file of the authority that the server's certificate must come from; empty for those
            that this machine trusts.
        extra_body: further fields of every request.
        reasoning_tokens: as for ``openai``.
        answers_as: as for ``openai``.

    Raises:
        ValueError: a setting is out of its range.
    """

    url: str
    model: str
    key: Secret | None = None
    top_logprobs: int = 20
    label_ids: tuple[int, ...] = ()
    embedding_width: int = 0
    embedding_std: float = 0.0
    embedding_type: str = "float32"
    concurrency: int = 32
    together: int = 32
    timeout_seconds: float = 60.0
    headers: Pairs = ()
    ca: str = ""
    extra_body: Mapping[str, object] = field(default_factory=dict, hash=False)
    reasoning_tokens: int = 0
    answers_as: str = ""
    _plain: OpenAI = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain = OpenAI(
            url=self.url,
            model=self.model,
            key=self.key,
            top_logprobs=self.top_logprobs,
            concurrency=self.concurrency,
            timeout_seconds=self.timeout_seconds,
            headers=self.headers,
            ca=self.ca,
            extra_body=self.extra_body,
            reasoning_tokens=self.reasoning_tokens,
            answers_as=self.answers_as,
        )
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "headers", plain.headers)
        object.__setattr__(self, "extra_body", plain.extra_body)
        self._check()

    def _check(self) -> None:
        if self.together < 1:
            raise ValueError(f"together: {self.together} is too few; write 1 for single calls")
        if self.embedding_width < 0:
            raise ValueError(
                f"embedding_width: {self.embedding_width} is below 0; write the model's hidden "
                "size, or 0 for text alone"
            )
        if not 0 <= self.embedding_std < math.inf:
            raise ValueError(f"embedding_std: {self.embedding_std} is no standard deviation")
        if self.embedding_std and not self.embedding_width:
            raise ValueError(
                "embedding_width: soft tokens need it beside embedding_std; `fedbbpt doctor` tells "
                "the model's"
            )
        if self.label_ids and not self.top_logprobs:
            raise ValueError(
                "label_ids: with top_logprobs = 0 no log-probability is read; raise it"
            )
        replace(self._form)  # refuses ids and a type that cannot be

    def profile(self) -> Profile:
        """Describe the server without contacting it.

        Raises:
            ConfigError: the address or the authority cannot be meant, or a key would travel over
                plain http.
        """
        plain, form = self._plain.profile(), self._form
        soft = (
            Embeddings(self.embedding_width, self.embedding_std or None)
            if self.embedding_width
            else None
        )
        return replace(
            plain,
            name=f"vllm {self.model}",
            identity=chat_identity(
                self._plain.server().address, self.model, form, dict(self.headers), {}
            ),
            form=form,
            embeddings=soft,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open a session for the time of a ``with`` block; nothing is sent until it is used.

        Raises:
            ConfigError: as ``profile``.
        """
        server: ChatServer = replace(self._plain.server(), form=self._form)
        async with open_together(server, self.together) as wire:
            yield wire

    def embedder(self) -> Connector:
        """Return the same server as one that is asked for embeddings, one text a call.

        Raises:
            ConfigError: as ``profile``.
        """
        return self._plain.embedder()

    @property
    def _form(self) -> ChatForm:
        return ChatForm(
            reasoning_tokens=self.reasoning_tokens,
            extra_body=self.extra_body,
            label_ids=self.label_ids,
            embedding_type=self.embedding_type,
        )
