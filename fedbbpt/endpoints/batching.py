"""An endpoint over a wire: a whole batch is looked up, reserved, sent and put back in place.

The wrappers are composed in this order::

    Batched(Controlled(Retrying(Limited(Recorded(wire)))))

``Recorded`` is innermost, so that every attempt leaves its trace. ``Limited`` is inside
``Retrying``, so that a request which pauses before its next attempt takes no one's place.
``Controlled`` tells a request that cannot be answered from an endpoint that does not answer now.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, PatienceError, Profile, Wire
from fedbbpt.endpoints.carriers import Carrier
from fedbbpt.endpoints.pacing.outages import outage_error
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.spending.ledger import Caps, worst_of
from fedbbpt.errors import BudgetError, EndpointError, FedbbptError, OutageError

Outcome = Completion | Missing

LANES = 4
"""Tasks of a batch for each attempt under way at once: the others wait at the gate, where they are
put in order, or pause before a retry. A task for every request would cost a batch of 100,000 half
a gigabyte."""


@dataclass(slots=True, eq=False)
class _Batch:
    """What one batch knows so far.

    Attributes:
        outcomes: by key.
        received: completions that this batch itself received.
        pauses: refusals by a cap, and outages, in the middle of the batch.
        out: whether the endpoint outlasted the patience, so that nothing more is begun.
        refusal: the first one for good, or None.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    received: int = 0
    pauses: list[BudgetError | OutageError] = field(default_factory=list)
    out: bool = False
    refusal: EndpointError | None = None


class Batched:
    """Answers batches; endpoints that share a journal share its answers, caps and calls under way.

    Law: without errors, ``requests == hits + calls + missing``.

    Attributes:
        profile: what the endpoint is and gives back.
        owner: on whose behalf it is asked.
        requests: requests answered so far.
        hits: those that cost no call of their own: journalled, asked twice, or already under way.
        calls: completions that this endpoint itself received.
        missing: those that got no usable reply.
        reasons: why, by reason.
    """

    def __init__(
        self,
        wire: Wire,
        profile: Profile,
        journal: Journal,
        caps: Caps,
        owner: str = "",
        carrier: Carrier | None = None,
    ) -> None:
        """Answer over ``wire``.

        Args:
            wire: what sends one request and comes back with its completion.
            profile: of the endpoint, with the identity that its answers are journalled under.
            journal: what is asked first, and holds what was promised.
            caps: the most that may be spent.
            owner: on whose behalf it is asked.
            carrier: takes whole lists in the place of ``wire``; None where they go one by one.
        """
        self.profile = profile
        self.owner = owner
        self.requests = 0
        self.hits = 0
        self.calls = 0
        self.missing = 0
        self.reasons: Counter[str] = Counter()
        self._wire = wire
        self._journal = journal
        self._caps = caps
        self._carrier = carrier

    async def complete(self, requests: Sequence[Request]) -> list[Outcome]:
        """Answer each request, in the same positions; sends begin in the order given.

        Requests that share a long beginning should stand together: endpoints cache it.

        Raises:
            EndpointError: the endpoint refuses for good; what was under way is in the journal.
            BudgetError: the batch could pass the cap and nothing of it was sent; or attempts after
                unknown outcomes used up the room, and what was under way is in the journal.
            OutageError: some request failed for the moment again and again; what came of the others
                is in the journal.
            StorageError: the journal cannot be written.
        """
        keys = [request_key(self.profile.identity, request) for request in requests]
        batch = _Batch()
        misses: dict[str, Request] = {}
        for key, request in zip(keys, requests, strict=True):
            if key in batch.outcomes or key in misses:
                continue
            completion = self._journal.lookup(key)
            if completion is None:
                misses[key] = request
            else:
                batch.outcomes[key] = completion
        while misses:
            await self._answer(misses, batch)
            misses = {key: misses[key] for key in misses if key not in batch.outcomes}
        replies = [batch.outcomes[key] for key in keys]
        reasons = Counter(reply.reason for reply in replies if isinstance(reply, Missing))
        missing = reasons.total()
        self.reasons.update(reasons)
        self.requests += len(replies)
        self.missing += missing
        self.hits += len(replies) - missing - batch.received
        return replies

    async def _answer(self, misses: Mapping[str, Request], batch: _Batch) -> None:
        """Send what no other batch has under way; await the rest, of which some may stay open."""
        flights = self._journal.flights
        elsewhere = {key: flights[key] for key in misses if key in flights}
        own = {key: request for key, request in misses.items() if key not in elsewhere}
        await self._fly(own, batch)
        if elsewhere:
            # Unlike a plain await, wait() leaves the other batch's futures alone on cancellation.
            await asyncio.wait(elsewhere.values())
        for key, flight in elsewhere.items():
            outcome = flight.result()
            if outcome is not None:
                batch.outcomes[key] = outcome

    async def _fly(self, own: Mapping[str, Request], batch: _Batch) -> None:
        """Send every request once; all flights have landed when this returns or raises."""
        flights = self._journal.flights
        needs = {
            key: worst_of(request, self.profile)
            for key, request in own.items()
            if self._carrier is None or not self._carrier.awaits(key)
        }
        self._journal.reserve(self._caps, needs, self.owner)
        loop = asyncio.get_running_loop()
        flights.update({key: loop.create_future() for key in own})
        fatal: Exception | None = None
        try:
            await self._go(own, batch)
        except* FedbbptError as errors:
            # A refusal waits for what is under way: that something else broke meanwhile is newer.
            broken = (e for e in errors.exceptions if not isinstance(e, EndpointError))
            fatal = next(broken, batch.refusal or errors.exceptions[0])
        finally:
            if batch.refusal is not None:
                self._journal.under_way.lift(batch.refusal)
            # Only what has not landed: another batch may already ask again for the rest.
            for key in own.keys() - batch.outcomes.keys():
                self._land(key, None)
        if fatal is not None:
            raise fatal
        if batch.pauses:
            raise batch.pauses[0]

    async def _go(self, own: Mapping[str, Request], batch: _Batch) -> None:
        """Bring back what comes of every request, all at once or one by one."""
        if self._carrier is not None:
            if own:
                for key, came in (await self._carrier.carry(own)).items():
                    self._arrive(key, came, batch)
            return
        waiting = iter(own.items())
        lanes = min(len(own), LANES * self.profile.concurrency)
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(self._work(waiting, batch))

    async def _work(self, waiting: Iterator[tuple[str, Request]], batch: _Batch) -> None:
        """Ask one request after the other, as long as any waits and the endpoint is not out."""
        for key, request in waiting:
            try:
                self._arrive(key, await self._wire.send(request), batch)
            except AttemptError as error:
                if error.unusable:
                    self._arrive(key, error, batch)
                    continue
                # Collected, not raised: replies that are paid for and on their way still come in.
                batch.pauses.append(outage_error(error, self.profile.destination))
                batch.out |= isinstance(error, PatienceError)
            except BudgetError as error:
                batch.pauses.append(error)
            except EndpointError as error:
                await self._land_others(error, batch)
                raise
            if batch.out:
                return

    async def _land_others(self, refusal: EndpointError, batch: _Batch) -> None:
        """Let nothing begin at all endpoints over the journal; wait for what may be billed."""
        if batch.refusal is None:
            batch.refusal = refusal
            self._journal.under_way.hold(refusal)
        await self._journal.under_way.landed()

    def _arrive(self, key: str, came: Completion | AttemptError, batch: _Batch) -> None:
        outcome: Outcome
        if isinstance(came, Completion):
            outcome = came
            self.calls += 1
            batch.received += 1
        else:
            outcome = Missing(came.reason)
        batch.outcomes[key] = outcome
        self._land(key, outcome)

    def _land(self, key: str, outcome: Outcome | None) -> None:
        self._journal.account.release((key,))
        self._journal.flights.pop(key).set_result(outcome)
