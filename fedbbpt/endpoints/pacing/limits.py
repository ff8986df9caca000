"""A wire that makes an attempt when the limits of its endpoint let it."""

from collections.abc import Coroutine

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Wire
from fedbbpt.endpoints.pacing.limiter import Limiter


class Limited:
    """Attempts that wait at one limiter; wires at the same place with the same key share it."""

    def __init__(self, wire: Wire, limiter: Limiter, reasoning_tokens: int = 0) -> None:
        """Wrap ``wire``.

        Args:
            wire: what makes one attempt.
            limiter: of the endpoint.
            reasoning_tokens: room that the endpoint gives the model beyond the longest reply.
        """
        self._wire = wire
        self._limiter = limiter
        self._reasoning_tokens = reasoning_tokens

    def send(self, request: Request) -> Coroutine[object, object, Completion]:
        """Make one attempt when it may begin.

        Raises:
            AttemptError: it failed in a way that another attempt may not.
            PatienceError: the endpoint asks for a pause beyond the patience, or is out for longer.
            EndpointError: it is refused for good.
        """
        # Handed on, not awaited here: another frame would cost as much as the whole limiter.
        return self._limiter.attempt(self._wire, request, self._reasoning_tokens)
