"""Requests as batch files, for patient runs: half the price, and answers within a day.

A batch is planned in the journal before anything of it is sent, and its answers are journalled like
any others. So a run that was killed finds its batches again, by id or, killed before it learned the
id, by the name that the endpoint was told; nothing is sent twice whose answer may still come.
"""

import asyncio
from collections.abc import Mapping, Sequence

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.book import PendingBatch
from fedbbpt.endpoints.batches.collecting import collect
from fedbbpt.endpoints.batches.desk import BatchDesk, UnknownBatchError
from fedbbpt.endpoints.batches.http import AbsentError
from fedbbpt.endpoints.batches.lines import Line, files_of, request_line
from fedbbpt.endpoints.batches.recording import BatchRecorder
from fedbbpt.endpoints.batches.terms import BatchTerms
from fedbbpt.endpoints.carriers import Assure
from fedbbpt.errors import EndpointError

ROUNDS = 3
"""Batches that a request is part of before it counts as without a reply."""

FULL_TRIES = 12
FULL_GROWTH = 3.0
LONGEST_FULL_SECONDS = 3600.0
"""A queue that is full is tried again after pauses of up to an hour, some seven hours in all."""

Outcomes = dict[str, Completion | AttemptError]


class BatchCarrier:
    """Carries lists of requests to one endpoint as batch files, for one owner."""

    def __init__(
        self, desk: BatchDesk, recorder: BatchRecorder, terms: BatchTerms, assure: Assure
    ) -> None:
        """Carry over ``desk``.

        Args:
            desk: where batches are handed in and asked after.
            recorder: what leaves their trace in the journal.
            terms: of the endpoint.
            assure: awaited before a batch is sent; raises where another model answers now.
        """
        self._desk = desk
        self._recorder = recorder
        self._terms = terms
        self._assure = assure
        self._left_over = recorder.left_over()

    def awaits(self, key: str) -> bool:
        """Tell whether ``key`` was sent earlier and its answer may still come."""
        return self._recorder.awaits(key)

    async def carry(self, requests: Mapping[str, Request]) -> Outcomes:
        """Return what came of each request, by key; all of it is in the journal.

        Raises:
            EndpointError: the endpoint refuses for good, cannot be reached for long, or somebody
                cancelled a batch there.
            BudgetError: one more batch could pass a cap; nothing of it was sent.
            StorageError: the journal cannot be written.
        """
        outcomes: Outcomes = {}
        await self.tidy_up()
        async with asyncio.TaskGroup() as group:
            for batch in self._recorder.awaited(requests):
                group.create_task(self._take_up(batch, requests, outcomes))
        rounds = refusals = 0
        while left := {k: v for k, v in requests.items() if not _is_answered(outcomes.get(k))}:
            if rounds == ROUNDS:
                break
            if await self._send(left, outcomes):
                rounds += 1
            else:
                await self._wait_for_room(refusals)
                refusals += 1
        return outcomes

    async def tidy_up(self) -> None:
        """Remove what earlier processes left of batches whose answers are all in the journal."""
        while self._left_over:
            await self._tidy_left_over(self._left_over.pop())

    async def _send(self, requests: Mapping[str, Request], outcomes: Outcomes) -> bool:
        """Send all requests once; return whether there was room for them all."""
        await self._desk.surely(self._assure, "the question that tells the model")
        server = self._desk.server
        lines = [request_line(k, v, server.model, server.form) for k, v in requests.items()]
        files = list(files_of(lines, self._terms))
        self._recorder.reserve(requests)
        planned = [
            (self._recorder.plan({line.key: requests[line.key] for line in file}), file)
            for file in files
        ]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._ship(batch, file, requests, outcomes))
                for batch, file in planned
            ]
        return all(task.result() for task in tasks)

    async def _ship(
        self,
        batch: PendingBatch,
        file: list[Line],
        requests: Mapping[str, Request],
        outcomes: Outcomes,
    ) -> bool:
        try:
            batch_id = await self._desk.hand_in(batch.name, [line.data for line in file])
        except UnknownBatchError:
            raise
        except EndpointError:
            self._recorder.unsent(batch, "refused")
            self._recorder.end(batch)
            raise
        self._recorder.created(batch, batch_id)
        return await self._receive(batch, batch_id, requests, outcomes)

    async def _take_up(
        self, batch: PendingBatch, requests: Mapping[str, Request], outcomes: Outcomes
    ) -> None:
        """Receive a batch of an earlier process, or find out that it was never made."""
        batch_id = batch.id
        if batch_id is None:
            batch_id = await self._desk.find(batch.name)
            if batch_id is None:
                await self._drop(batch, "never sent")
                return
            self._recorder.created(batch, batch_id)
        await self._receive(batch, batch_id, requests, outcomes)

    async def _receive(
        self,
        batch: PendingBatch,
        batch_id: str,
        requests: Mapping[str, Request],
        outcomes: Outcomes,
    ) -> bool:
        """Wait for a batch and collect it; return False where the queue was full."""
        status = await self._desk.outcome(batch_id)
        if status.state == "failed":
            await self._drop(batch, "batch failed")
            if status.full:
                return False
            raise EndpointError(
                f"{self._desk.server.address}: the batch was refused "
                f"({status.complaint or 'no reason given'}); check the model and the settings, or "
                'write transport = "online"'
            )
        found = await collect(self._desk, self._recorder, batch, status, requests)
        outcomes.update(found.outcomes)
        if not batch.awaited:
            await self._tidy_up(batch, status.files)
        if found.refused is not None:
            raise found.refused
        if status.state == "cancelled":
            raise EndpointError(
                f"{self._desk.server.address}: the batch {batch_id} was cancelled there; what it "
                "had answered is kept, resume to send the rest again"
            )
        return True

    async def _drop(self, batch: PendingBatch, reason: str) -> None:
        """End a batch of which no model saw anything."""
        self._recorder.unsent(batch, reason)
        await self._tidy_up(batch)

    async def _tidy_up(self, batch: PendingBatch, files: Sequence[str] = ()) -> None:
        await self._desk.clear(batch.name, files)
        self._recorder.end(batch)

    async def _tidy_left_over(self, batch: PendingBatch) -> None:
        """End a batch that an earlier process collected and did not come to tidy up."""
        files: tuple[str, ...] = ()
        if batch.id is not None:
            try:
                status = await self._desk.look(batch.id)
            except AbsentError:
                self._recorder.end(batch)
                return
            if not status.is_over:
                return
            files = status.files
        await self._tidy_up(batch, files)

    async def _wait_for_room(self, refusals: int) -> None:
        if refusals == FULL_TRIES:
            raise EndpointError(
                f"{self._desk.server.address}: its queue of batches is full since hours; write a "
                "smaller file_requests, or resume later"
            )
        pause = self._terms.poll_seconds * FULL_GROWTH**refusals
        await self._desk.pause(min(pause, LONGEST_FULL_SECONDS))


def _is_answered(outcome: Completion | AttemptError | None) -> bool:
    return isinstance(outcome, Completion)
