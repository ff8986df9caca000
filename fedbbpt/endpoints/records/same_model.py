"""Making sure, before the first attempt, that the model behind an address is still the same.

Answers are journalled under an identity. Where an address and a name do not pin the model, one
fixed greedy question does: its answer is part of the identity, and it is asked again before
anything else is sent in a later process.
"""

import asyncio

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Wire
from fedbbpt.endpoints.carriers import Assure
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.vectors import same_answer
from fedbbpt.errors import EndpointError

TRIES = 2
"""Live endpoints are noisy: one differing answer is asked for again before it is believed."""


class SameModel:
    """Compares the fingerprint question's answer once, for all that send to the same place.

    The question is a call like any other and is asked through a wire that records it too.
    """

    def __init__(self, asking: Wire, expected: str, name: str) -> None:
        self._asking = asking
        self._expected = expected
        self._name = name
        self._lock = asyncio.Lock()
        self._sure = False

    async def assure(self) -> None:
        """Compare, unless that was done.

        Raises:
            EndpointError: another model answers than the one whose answers are journalled.
            AttemptError: as the wire that asks.
            BudgetError: the question itself could pass a cap; nothing was sent.
        """
        if self._sure:
            return
        async with self._lock:
            if not self._sure:
                await self._check()

    async def _check(self) -> None:
        for _ in range(TRIES):
            completion = await self._asking.send(fingerprint_request())
            if same_answer(completion.text, self._expected):
                self._sure = True
                return
        raise EndpointError(
            f"{self._name}: another model answers here than when this run began (its answer to the "
            "fingerprint question differs); start a new run directory, or restore the model"
        )


class Assured:
    """Makes sure before it passes on; outside of what records, so that a refusal leaves no intent.

    Law: several that share what makes sure do so once together.
    """

    def __init__(self, wire: Wire, assure: Assure) -> None:
        self._wire = wire
        self._assure = assure

    async def send(self, request: Request) -> Completion:
        """Ask once.

        Raises:
            EndpointError: another model answers than the one whose answers are journalled.
            AttemptError: as the wires within.
            BudgetError: the question that makes sure could pass a cap; nothing was sent.
        """
        await self._assure()
        return await self._wire.send(request)
