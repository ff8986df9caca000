"""Which requests to the mock endpoint go wrong, and how: by their number, or by dice."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mock_faults import FAULTS
from mock_received import Fault, Faults, Received


def healthy(_received: Received) -> None:
    """Plan no fault."""


def by_number(plan: Callable[[int], Fault | None]) -> Faults:
    """Plan by the number of a request alone."""
    return lambda received: plan(received.number)


def at(number: int, fault: Fault) -> Faults:
    """Plan a fault for one request only."""
    return lambda received: fault if received.number == number else None


def since(number: int, fault: Fault) -> Faults:
    """Plan a fault for a request and all after it."""
    return lambda received: fault if received.number >= number else None


@dataclass(frozen=True, slots=True)
class Seeded:
    """Meets a share of all attempts with a fault, whatever the order in which they arrive.

    What meets an attempt depends on the seed, the body and how often that body came before, and on
    nothing else.

    Attributes:
        seed: another seed is another plan.
        shares: of all attempts, by the name of the fault; in all at most 1.
        first: number of the first request that may fail, from 1.
        last: number of the last one.
    """

    seed: int
    shares: Mapping[str, float]
    first: int = 1
    last: float = float("inf")

    def __call__(self, received: Received) -> Fault | None:
        """Plan for one attempt."""
        if not self.first <= received.number <= self.last:
            return None
        known = f"{self.seed} {received.time} ".encode() + received.body
        dice = int.from_bytes(hashlib.blake2b(known, digest_size=8).digest()) / 2**64
        for name, share in self.shares.items():
            if dice < share:
                return FAULTS[name]
            dice -= share
        return None


@dataclass
class Outage:
    """Fails everything for a while, from some request on.

    Attributes:
        first: number of the request that begins it, from 1.
        seconds: how long it lasts.
        fault: what everything meets.
        met: requests that it met so far.
        clock: as ``time.monotonic``.
    """

    first: int
    seconds: float
    fault: Fault
    met: int = 0
    clock: Callable[[], float] = time.monotonic
    _began: float | None = None

    def __call__(self, received: Received) -> Fault | None:
        """Plan for one attempt."""
        if received.number < self.first:
            return None
        if self._began is None:
            self._began = self.clock()
        if self.clock() - self._began >= self.seconds:
            return None
        self.met += 1
        return self.fault
