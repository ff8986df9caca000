"""A control question that tells an odd request from an endpoint whose replies no longer serve."""

from dataclasses import replace

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Wire
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.records.fingerprint import fingerprint_request


class Controlled:
    """Lets a request end as unusable only while the endpoint is of use to others.

    Garbage again and again may lie in the request: then it is missing, in every run. Or it lies in
    the moment: a page to log in at, a model that lost its log-probabilities. Where nobody was
    answered of late, a fixed question is asked in the same way; it is a call like any other.
    """

    def __init__(self, wire: Wire, limiter: Limiter) -> None:
        """Wrap ``wire``.

        Args:
            wire: makes all attempts at one request.
            limiter: of the endpoint; it knows whether anybody is answered.
        """
        self._wire = wire
        self._limiter = limiter

    async def send(self, request: Request) -> Completion:
        """Ask until there is a completion or the patience ends.

        Raises:
            AttemptError: the last failure; ``unusable`` where it lies in the request.
            EndpointError: it is refused for good.
            BudgetError: the control question could pass a cap.
        """
        try:
            return await self._wire.send(request)
        except AttemptError as error:
            control = replace(fingerprint_request(), top_logprobs=request.top_logprobs)
            if not (error.unusable and self._limiter.out) or request == control:
                raise
            failure = error
        try:
            await self._wire.send(control)
        except AttemptError as error:
            if not error.unusable:
                raise
            raise AttemptError(failure.reason, billed=failure.billed) from error
        raise failure
