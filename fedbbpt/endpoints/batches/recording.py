"""What a batch leaves in the journal: plan and intents before it is sent, outcomes after."""

from collections.abc import Mapping

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Profile
from fedbbpt.endpoints.batches.book import PendingBatch
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps, worst_of
from fedbbpt.errors import EndpointError

Reply = Completion | AttemptError | EndpointError


class BatchRecorder:
    """Records the batches of one owner at one endpoint, as ``Recorded`` records single attempts."""

    def __init__(self, journal: Journal, profile: Profile, owner: str, caps: Caps) -> None:
        """Record into ``journal``.

        Args:
            journal: where.
            profile: of the endpoint, with the identity that its answers are journalled under and
                the price that a batch pays.
            owner: on whose behalf.
            caps: the most that may be spent.
        """
        self._journal = journal
        self._profile = profile
        self._owner = owner
        self._caps = caps

    def awaits(self, key: str) -> bool:
        """Tell whether the answer to ``key`` may be on its way in a batch."""
        return self._journal.batches.awaits(key)

    def awaited(self, requests: Mapping[str, Request]) -> list[PendingBatch]:
        """Return the batches in which answers to some of the requests may be on their way."""
        pending = self._journal.batches.at(self._profile.identity)
        return [batch for batch in pending if not batch.awaited.isdisjoint(requests)]

    def left_over(self) -> list[PendingBatch]:
        """Return the owner's batches of which nothing is awaited, but which are not tidied up."""
        pending = self._journal.batches.at(self._profile.identity)
        return [one for one in pending if one.owner == self._owner and not one.awaited]

    def reserve(self, requests: Mapping[str, Request]) -> None:
        """Hold room for one more attempt at each request.

        Raises:
            BudgetError: they do not all fit under a cap.
        """
        needs = {key: worst_of(request, self._profile) for key, request in requests.items()}
        self._journal.reserve(self._caps, needs, self._owner)

    def plan(self, requests: Mapping[str, Request]) -> PendingBatch:
        """Record a batch that is about to be sent; it survives a power loss.

        Raises:
            StorageError: the journal cannot be written; do not send.
        """
        batch = self._journal.batches.plan(self._owner, self._profile.identity, requests)
        for key, request in requests.items():
            self._journal.intend(key, self._owner, worst_of(request, self._profile))
        self._journal.log.sync()
        return batch

    def created(self, batch: PendingBatch, batch_id: str) -> None:
        """Record the endpoint's id of a batch."""
        self._journal.batches.created(batch, batch_id)

    def unsent(self, batch: PendingBatch, reason: str) -> None:
        """Record that no model saw anything of what a batch still awaits."""
        for key in sorted(batch.awaited):
            self._journal.fail(key, reason, billed=False)

    def end(self, batch: PendingBatch) -> None:
        """Record that a batch is over."""
        self._journal.batches.end(batch)

    def record(self, key: str, reply: Reply) -> Reply:
        """Record what came of a request and return what it is answered with."""
        match reply:
            case Completion():
                return self._complete(key, reply)
            case AttemptError():
                self._journal.fail(key, reply.reason, reply.billed)
            case EndpointError():
                self._journal.fail(key, "refused", reply.billed)
        return reply

    def _complete(self, key: str, completion: Completion) -> Reply:
        try:
            price = self._profile.price
            cost = None if price is None else price.cost(completion.usage)
            return self._journal.complete(key, completion, cost)
        except ValueError:
            return self.record(key, AttemptError("unusable reply", billed=True))
