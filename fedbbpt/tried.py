"""Which candidates a search scored, and what they lost: what a front is drawn from."""

from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.distributions import Floats, Points
from fedbbpt.drivers import Driver, Proposal
from fedbbpt.messages import Block, Report, Score, State


class Tried(NamedTuple):
    """A candidate that all owners of a round scored.

    ``loss`` is calibrated, in nats, over the examples it was scored on; ``block`` is one block of
    these, the same for as many candidates as possible.
    """

    point: Floats
    loss: float
    block: Block


class Tallied:
    """A driver whose rounds are remembered; told the same rounds, it remembers the same.

    Law: it proposes and absorbs what the driver does that it stands before.
    """

    def __init__(self, driver: Driver, *, nested: bool) -> None:
        """Stand before a driver at its beginning.

        Args:
            driver: of a search for choices.
            nested: whether blocks grow from one beginning.
        """
        self._driver = driver
        self._nested = nested
        self._work: Score | None = None
        self._known: dict[bytes, tuple[Floats, list[float], Block]] = {}

    @property
    def requests(self) -> int:
        """Distinct requests asked so far."""
        return self._driver.requests

    @property
    def ended(self) -> str:
        """Why nothing more is proposed."""
        return self._driver.ended

    @property
    def tried(self) -> tuple[Tried, ...]:
        """Every candidate of common rounds, in the order in which they came."""
        return tuple(
            Tried(point, sum(told) / len(told), block)
            for point, told, block in self._known.values()
        )

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next round's work, or None when the search is finished."""
        proposal = self._driver.propose(state, clients)
        work = None if proposal is None else proposal.work
        self._work = work if isinstance(work, Score) else None
        return proposal

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state after the reports on the last proposal."""
        after = self._driver.absorb(state, reports)
        if self._work is not None:
            self._add(self._work.points, after.memory["losses"], self._work.block)
        return after

    def _add(self, points: Points, losses: Floats, block: Block) -> None:
        """Record a round: a nested loss covers all examples so far, of fresh ones the mean does."""
        for point, loss in zip(points, losses.tolist(), strict=True):
            _, told, _ = self._known.setdefault(point.tobytes(), (point, [], block))
            if self._nested:
                told.clear()
            told.append(loss)
