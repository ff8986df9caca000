"""Where questions are answered: requests in, completions or ``Missing`` out.

A *wire* makes one attempt at one request. Wrappers with the same method add what an attempt needs:
recording, limits, retries. An *endpoint* answers a whole batch: look-up and reservation act on
lists. To add a kind of endpoint, write one file here with one public frozen dataclass in
``__all__``.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.errors import FedbbptError


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
        concurrency: attempts under way at once.
        local: True where the destination is this machine.
        pinned: True where ``identity`` alone pins the model, as a digest of its weights does.
    """

    name: str
    destination: str
    identity: str
    model: str
    top_logprobs: int
    concurrency: int
    local: bool
    pinned: bool = False


class AttemptError(FedbbptError):
    """One attempt failed in a way that another may not.

    Attributes:
        reason: short and stable, for example ``"timeout"`` or ``"status 503"``.
        billed: False where the model certainly did not see the request.
        retry_after: seconds the endpoint asks to wait, or None.
    """

    def __init__(self, reason: str, *, billed: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.billed = billed
        self.retry_after = retry_after


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
