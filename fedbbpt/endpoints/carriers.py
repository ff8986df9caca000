"""Where a list of requests travels as a whole, instead of one by one over a wire."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.batches.recording import BatchRecorder

Assure = Callable[[], Awaitable[None]]
"""Awaited before anything is sent; raises where another model answers than before."""


async def nothing() -> None:
    """Make sure of nothing: the identity alone pins the model, or it was asked just now."""


class Carrier(Protocol):
    """Carries lists of requests, and leaves every attempt and outcome in the journal itself."""

    def awaits(self, key: str) -> bool:
        """Tell whether ``key`` was sent earlier and its answer may still come."""
        ...

    async def carry(
        self, requests: Mapping[str, Request]
    ) -> Mapping[str, Completion | AttemptError]:
        """Return what came of each request, by key.

        Raises:
            EndpointError: the endpoint refuses for good, or cannot be reached for long.
            BudgetError: one more attempt could pass a cap; nothing of it was sent.
            StorageError: the journal cannot be written.
        """
        ...

    async def tidy_up(self) -> None:
        """Remove what earlier processes left of lists whose answers are all in the journal.

        Raises:
            EndpointError: the endpoint cannot be reached for long.
            StorageError: the journal cannot be written.
        """
        ...


@runtime_checkable
class CarryingWire(Wire, Protocol):
    """A wire to an endpoint that also takes whole lists: a capability that most do not have."""

    def carrying(self, recorder: BatchRecorder, assure: Assure) -> Carrier:
        """Return the way for lists, open as long as the wire is.

        Args:
            recorder: what leaves the trace in the journal.
            assure: awaited before anything is sent.
        """
        ...
