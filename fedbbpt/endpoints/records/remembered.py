"""An endpoint that answers from the journal alone, for a second look that costs nothing."""

from collections.abc import Sequence

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.records.journal import Journal, request_key


class Remembered:
    """Answers what was answered before; everything else is missing. Law: no call, ever.

    Attributes:
        profile: of the endpoint whose answers these are.
        calls: always 0.
    """

    calls = 0

    def __init__(self, profile: Profile, journal: Journal) -> None:
        self.profile = profile
        self._journal = journal

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        """Answer each request, in the same positions."""
        identity = self.profile.identity
        found = (self._journal.lookup(request_key(identity, request)) for request in requests)
        return [Missing("not asked before") if reply is None else reply for reply in found]
