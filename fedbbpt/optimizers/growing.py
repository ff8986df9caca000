"""What a search of a bank that grows can do beside asking and telling."""

from typing import NamedTuple, Protocol, runtime_checkable

from fedbbpt.distributions import Floats, Points
from fedbbpt.optimizers import Search


class Wish(NamedTuple):
    """Instructions that a search would like to be written.

    ``parents`` has shape (n, 1), the best first; ``losses`` (n,), all on one block; ``wanted`` is
    how many texts, ``rest`` how many candidates the search still wants scored once more
    at its end.
    """

    parents: Points
    losses: Floats
    wanted: int
    rest: int


@runtime_checkable
class GrowingSearch(Search, Protocol):
    """A search among the choices of one slot, to which choices can be added.

    Law: where a wish is not granted, ``ask`` goes on without.
    """

    @property
    def wish(self) -> Wish | None:
        """What should be written before the next ``ask``; None where it has something to score."""
        ...

    @property
    def scored(self) -> dict[int, float]:
        """The loss of every choice that was ever scored, on the block that all of them share."""
        ...

    def grow(self, choices: int) -> None:
        """Take note that the slot has ``choices`` choices now; the new ones answer the wish.

        Raises:
            ValueError: nothing was wished, or the slot has more choices already.
        """
        ...

    def stop_growing(self) -> None:
        """Wish for nothing more: what is left of the budget goes to the best there are."""
        ...
