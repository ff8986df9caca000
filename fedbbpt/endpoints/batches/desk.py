"""Where batches are handed in, asked after and picked up, with the patience that this takes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.api import BatchApi
from fedbbpt.endpoints.batches.status import BatchStatus
from fedbbpt.endpoints.batches.terms import BatchTerms
from fedbbpt.endpoints.pacing.patiently import Sleep, patiently
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS
from fedbbpt.endpoints.wire.chat_wire import ChatServer
from fedbbpt.errors import EndpointError

_LOG = logging.getLogger(__name__)

LOOKS = 2
"""A batch that was asked for a moment ago may not be listed yet: it is looked for again."""

BLIND_POLLS = 120
"""Looks in a row that may fail, an hour with the usual pause, before the run stops to wait."""

Result = TypeVar("Result")


class UnknownBatchError(EndpointError):
    """Nobody can say just now whether a batch was made."""


class BatchDesk:
    """The batches of one endpoint, by the calls of ``BatchApi``, each made as often as it takes."""

    def __init__(self, api: BatchApi, terms: BatchTerms, sleep: Sleep = asyncio.sleep) -> None:
        """Hand in over ``api``.

        Args:
            api: one attempt a call.
            terms: of the endpoint.
            sleep: as ``asyncio.sleep``.
        """
        self._api = api
        self._terms = terms
        self._sleep = sleep

    @property
    def server(self) -> ChatServer:
        """Where the desk is."""
        return self._api.server

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await self._sleep(seconds)

    async def hand_in(self, name: str, lines: Sequence[bytes]) -> str:
        """Have a batch made of the lines under a name, once, and return its id.

        Raises:
            UnknownBatchError: it may have been made; ``find`` will tell.
            EndpointError: it was certainly not made.
        """
        file_id = await self.surely(lambda: self._api.upload(name, lines), "the upload of a batch")
        try:
            return await self._made(name, file_id)
        except UnknownBatchError:
            raise
        except EndpointError:
            await self.clear(name, [file_id])
            raise

    async def _made(self, name: str, file_id: str) -> str:
        for _ in range(ATTEMPTS):
            try:
                return await self._api.create(name, file_id, self._terms.completion_window)
            except AttemptError as error:
                found = await self._found_after(error, name)
                if found is not None:
                    return found
                await self._sleep(max(self._terms.poll_seconds, error.retry_after or 0.0))
        raise UnknownBatchError(
            f"{self.server.address}: no batch can be made just now; nothing is lost, resume later"
        )

    async def _found_after(self, error: AttemptError, name: str) -> str | None:
        """Return the batch that a failed attempt made nevertheless, if it did."""
        if not error.billed:
            return None
        try:
            return await self.find(name)
        except EndpointError as blind:
            raise UnknownBatchError(
                f"{blind}; a batch may have been made meanwhile: resume, and it is looked for"
            ) from blind

    async def find(self, name: str) -> str | None:
        """Return the id of the batch that was made under a name; None where there is none.

        Raises:
            EndpointError: nobody can say.
        """
        for look in range(LOOKS):
            if look:
                await self._sleep(self._terms.poll_seconds)
            found = await self.surely(lambda: self._api.find(name), "the list of batches")
            if found is not None:
                return found
        return None

    async def outcome(self, batch_id: str) -> BatchStatus:
        """Wait until a batch is over and return how it ended.

        Raises:
            EndpointError: it cannot be asked after.
        """
        state, blind = "", 0
        while True:
            try:
                status = await self._api.status(batch_id)
            except AttemptError as error:
                blind += 1
                if blind == BLIND_POLLS:
                    raise self._unreachable("the state of a batch", error) from error
            else:
                blind = 0
                if status.state != state:
                    state = status.state
                    done = f"{status.answered} of {status.total} requests"
                    _LOG.info("batch %s at %s: %s, %s", batch_id, self.server.address, state, done)
                if status.is_over:
                    return status
            await self._sleep(self._terms.poll_seconds)

    async def look(self, batch_id: str) -> BatchStatus:
        """Return how far a batch is now.

        Raises:
            AbsentError: it is gone.
            EndpointError: it cannot be asked after.
        """
        return await self.surely(lambda: self._api.status(batch_id), "the state of a batch")

    async def read(self, file_id: str, take: Callable[[bytes], None]) -> None:
        """Give every line of a file to ``take``; after a failure again from its beginning.

        Raises:
            EndpointError: it cannot be had.
        """

        async def once() -> None:
            async for line in self._api.lines(file_id):
                take(line)

        await self.surely(once, "a file of a batch")

    async def clear(self, name: str, files: Sequence[str]) -> None:
        """Remove files, those sent under ``name`` too: nobody else needs what stands in them."""
        try:
            sent = await self.surely(lambda: self._api.files(name), "the list of files")
            for file_id in dict.fromkeys((*files, *sent)):
                await self.surely(partial(self._api.delete, file_id), "a removal")
        except EndpointError as error:
            # The answers are in the journal; that copies stay there is worth a word, not the run.
            _LOG.warning("files of the batch %s stay at the endpoint: %s", name, error)

    async def surely(self, call: Callable[[], Awaitable[Result]], what: str) -> Result:
        """Make a call that may be made any number of times.

        Args:
            call: one attempt.
            what: it is, for messages.

        Raises:
            EndpointError: it is refused for good, or fails again and again.
        """
        try:
            return await patiently(call, self._sleep)
        except AttemptError as error:
            raise self._unreachable(what, error) from error

    def _unreachable(self, what: str, error: AttemptError) -> EndpointError:
        return EndpointError(
            f"{self.server.address}: {what} fails again and again ({error.reason}); nothing is "
            "lost, batches go on there: resume later"
        )
