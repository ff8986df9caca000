"""A wire that leaves a durable trace of each attempt: intent before, outcome after."""

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.spending.ledger import Caps, worst_of
from fedbbpt.errors import EndpointError
from fedbbpt.storage.crash import crash_point

_UNLIMITED = Caps()


class Recorded:
    """The innermost wrapper: what reaches the wire is in the journal first.

    A cancelled or killed attempt leaves its intent open: possibly billed. The caps are checked here
    a last time, because a second attempt after an unknown outcome may be billed a second time.
    """

    def __init__(
        self,
        wire: Wire,
        journal: Journal,
        profile: Profile,
        owner: str,
        caps: Caps = _UNLIMITED,
        *,
        verbatim: bool = False,
    ) -> None:
        """Wrap ``wire``.

        Args:
            wire: what is recorded.
            journal: where.
            profile: of the wire, with the identity that its answers are journalled under.
            owner: on whose behalf.
            caps: the most that may be spent.
            verbatim: give back what the wire says now, even where the journal holds an earlier
                answer; for a question that is asked again on purpose.
        """
        self._wire = wire
        self._journal = journal
        self._profile = profile
        self._owner = owner
        self._caps = caps
        self._verbatim = verbatim

    async def send(self, request: Request) -> Completion:
        """Make one attempt and record it.

        Raises:
            AttemptError: it failed, or the reply cannot be recorded.
            EndpointError: it is refused for good, or another was and this one was not sent.
            BudgetError: one more attempt could pass a cap; nothing was sent.
            StorageError: the journal cannot be written.
        """
        under_way = self._journal.under_way
        under_way.begin()
        try:
            return await self._attempt(request)
        finally:
            under_way.end()

    async def _attempt(self, request: Request) -> Completion:
        key = request_key(self._profile.identity, request)
        # A first attempt holds the promise that its batch was given; a further one needs its own.
        worst = self._journal.account.held(key)
        if worst is None:
            worst = worst_of(request, self._profile)
            self._journal.reserve(self._caps, {key: worst}, self._owner)
        self._journal.intend(key, self._owner, worst)
        crash_point("send")
        try:
            completion = await self._wire.send(request)
        except AttemptError as error:
            self._journal.fail(key, error.reason, error.billed)
            raise
        except EndpointError as error:
            self._journal.fail(key, "refused", billed=error.billed)
            raise
        return self._record(key, completion)

    def _record(self, key: str, completion: Completion) -> Completion:
        try:
            price = self._profile.price
            cost = None if price is None else price.cost(completion.usage)
            kept = self._journal.complete(key, completion, cost)
        except ValueError as error:
            reason = "unusable reply"
            self._journal.fail(key, reason, billed=True)
            raise AttemptError(reason, billed=True, unusable=True) from error
        return completion if self._verbatim else kept
