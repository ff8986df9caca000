"""A wire to a chat server that also takes batch files."""

import asyncio
from dataclasses import dataclass

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.batches.api import BatchApi
from fedbbpt.endpoints.batches.carrier import BatchCarrier
from fedbbpt.endpoints.batches.desk import BatchDesk
from fedbbpt.endpoints.batches.http import BatchHttp
from fedbbpt.endpoints.batches.recording import BatchRecorder
from fedbbpt.endpoints.batches.terms import BatchTerms
from fedbbpt.endpoints.carriers import Assure, Carrier
from fedbbpt.endpoints.pacing.patiently import Sleep
from fedbbpt.endpoints.wire.chat_wire import ChatWire


@dataclass(frozen=True, slots=True)
class BatchWire:
    """One session for both ways; a lone question, such as that for the model, goes online.

    Attributes:
        wire: online.
        terms: of batch files.
        sleep: as ``asyncio.sleep``.
    """

    wire: ChatWire
    terms: BatchTerms
    sleep: Sleep = asyncio.sleep

    async def send(self, request: Request) -> Completion:
        """Ask once, online; see ``Wire``."""
        return await self.wire.send(request)

    def carrying(self, recorder: BatchRecorder, assure: Assure) -> Carrier:
        """Return the way for lists; see ``CarryingWire``."""
        api = BatchApi(BatchHttp(self.wire.server, self.wire.session))
        desk = BatchDesk(api, self.terms, self.sleep)
        return BatchCarrier(desk, recorder, self.terms, assure)
