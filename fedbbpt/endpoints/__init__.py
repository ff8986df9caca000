"""Where questions are answered: requests in, completions or ``Missing`` out.

A *wire* makes one attempt at one request. Wrappers with the same method add what an attempt needs:
recording, limits, retries. An *endpoint* answers a whole batch: look-up and reservation act on
lists. To add a kind of endpoint, write one file here with one public frozen dataclass in
``__all__``.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from fedbbpt.answers import Missing
from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.completions import Completion, RateLimits, Request
from fedbbpt.errors import FedbbptError
from fedbbpt.money import FREE, Price
from fedbbpt.secret import Secret

USUAL_PREAMBLE = 64
"""Tokens that the chat templates of usual models add to a request, a default system message with
them."""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The token embeddings of a model whose server takes rows of numbers in the place of text.

    Attributes:
        width: numbers a row, >= 1; the hidden size.
        std: standard deviation of all numbers of the table, > 0; None where nobody said it, and
            a run searches for a scale.
    """

    width: int
    std: float | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What an endpoint is and gives back; data, so that wrappers pass it on.

    Attributes:
        name: kind and model, for people.
        destination: where the examples go: an address without any key, or "this process".
        identity: what a reply depends on besides the request: sha256 of a local model file, else
            address, model and options. Part of every journal key.
        model: the model's name as sent.
        top_logprobs: most alternatives of the first token that it reports; 0 means text only.
        concurrency: most attempts under way at once.
        local: True where the destination is this machine.
        pinned: True where ``identity`` alone pins the model, as a digest of its weights does.
        form: how requests are put to it; apps that ask it with the tuned prompt need the same.
        answers_as: the model's name in the replies, where it is another than ``model``; or empty.
        requests_per_minute: most that the user allows; 0 for what the endpoint grants.
        tokens_per_minute: most that the user allows; 0 for what the endpoint grants.
        key: opens the endpoint, or None; endpoints with one address, model and key share limits.
        price: of its tokens; None where nobody knows it, which is not the same as nothing.
        preamble_tokens: most tokens that its chat template adds to a request beside the messages.
        transport: how lists of requests travel: ``"online"`` one by one, ``"batch"`` as files whose
            answers may take a day.
        embeddings: of its model, where it takes soft tokens; None where it takes text alone.
    """

    name: str
    destination: str
    identity: str
    model: str
    top_logprobs: int
    concurrency: int
    local: bool
    pinned: bool = False
    form: ChatForm = PLAIN
    answers_as: str = ""
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    key: Secret | None = None
    price: Price | None = FREE
    preamble_tokens: int = USUAL_PREAMBLE
    transport: str = "online"
    embeddings: Embeddings | None = None

    @property
    def signature(self) -> str:
        """The model's name as replies should say it."""
        return self.answers_as or self.model

    def carrying(self) -> "Profile":
        """Return the profile of what travels in lists: batches pay a price of their own."""
        if self.transport == "online" or self.price is None:
            return self
        return replace(self, price=self.price.batched())


class AttemptError(FedbbptError):
    """One attempt failed in a way that another may not.

    Attributes:
        reason: short and stable, for example ``"timeout"`` or ``"status 503"``.
        billed: False where the model certainly did not see the request.
        retry_after: seconds the endpoint asks to wait, or None.
        throttled: True where the endpoint is well and takes no more just now.
        limits: what came with it of the endpoint's grants, or None.
        unusable: True where a whole reply came that cannot be used, which may lie in the request;
            any other failure lies in the moment, and no result may rest on it.
    """

    def __init__(
        self,
        reason: str,
        *,
        billed: bool,
        retry_after: float | None = None,
        throttled: bool = False,
        limits: RateLimits | None = None,
        unusable: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.billed = billed
        self.retry_after = retry_after
        self.throttled = throttled
        self.limits = limits
        self.unusable = unusable


class PatienceError(AttemptError):
    """Waiting for the endpoint would outlast the patience; asking again would not help.

    Attributes:
        lasted: seconds that nothing was answered; 0 where the endpoint asks for a pause.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, lasted: float = 0.0
    ) -> None:
        super().__init__(reason, billed=False, retry_after=retry_after)
        self.lasted = lasted


class Wire(Protocol):
    """One attempt at one request."""

    async def send(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            EndpointError: it is refused for good.
        """
        ...


class Endpoint(Protocol):
    """Answers batches."""

    @property
    def profile(self) -> Profile:
        """What the endpoint is and gives back."""
        ...

    @property
    def calls(self) -> int:
        """Requests of this object that reached the model so far; journal hits are not calls."""
        ...

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        """Answer each request, in the same positions.

        Raises:
            EndpointError: the endpoint refuses for good.
            BudgetError: the batch could pass the cap; nothing of it was sent.
            OutageError: it gives no answers just now.
        """
        ...


class Connector(Protocol):
    """How a run file names an endpoint: its settings, and how to open it."""

    def profile(self) -> Profile:
        """Describe the endpoint without contacting it.

        Raises:
            ConfigError: the settings cannot be meant, for example a key over plain http.
        """
        ...

    def connect(self) -> AbstractAsyncContextManager[Wire]:
        """Open the endpoint for the time of a ``with`` block."""
        ...


@runtime_checkable
class Embeds(Connector, Protocol):
    """A connector to a server that also gives embeddings of texts: a capability that most lack."""

    def embedder(self) -> Connector:
        """Return the same place as one whose wire gives the embedding of a request's one message.

        Raises:
            ConfigError: as ``profile``.
        """
        ...
