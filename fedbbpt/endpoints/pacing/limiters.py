"""Which endpoints share a limiter: those at one address, asked for one model with one key."""

from collections.abc import Hashable, Iterable

from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.limiter import Limiter


class Limiters:
    """Limiters of the endpoints of one process.

    Providers grant by key and model. Where several owners name the same place with the same key,
    what each of them allows holds for all together: the least counts.
    """

    def __init__(self, profiles: Iterable[Profile] = (), *, steady: bool = False) -> None:
        """Note what will be asked.

        Args:
            profiles: of all endpoints, so that each limiter knows the least that is allowed.
            steady: for functions in this process: all at once from the start, and failures of
                theirs are no outage.
        """
        self._profiles = tuple(profiles)
        self._steady = steady
        self._made: dict[Hashable, Limiter] = {}

    def of(self, profile: Profile) -> Limiter:
        """Return the limiter of an endpoint."""
        place = _place(profile)
        if place not in self._made:
            sharing = [other for other in self._profiles if _place(other) == place]
            self._made[place] = Limiter(self._bounds([profile, *sharing]))
        return self._made[place]

    def _bounds(self, profiles: list[Profile]) -> Bounds:
        concurrency = min(profile.concurrency for profile in profiles)
        requests = _least(profile.requests_per_minute for profile in profiles)
        tokens = _least(profile.tokens_per_minute for profile in profiles)
        if self._steady:
            return Bounds(concurrency, requests, tokens, start=concurrency, outage_after=0)
        return Bounds(concurrency, requests, tokens)


def _place(profile: Profile) -> Hashable:
    return profile.destination, profile.model, profile.key


def _least(rates: Iterable[int]) -> int:
    return min((rate for rate in rates if rate), default=0)
