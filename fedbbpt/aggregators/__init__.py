"""How the owners' reports become the server's next state: pure functions.

To add an aggregator, write one file here with one public frozen dataclass named in ``__all__``.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from fedbbpt.distributions import Grouped
from fedbbpt.messages import Report, Score, State


class Aggregator(Protocol):
    """Merges reports; laws: order does not matter, one report alone is taken as it is."""

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state after one round; ``state`` and ``reports`` stay untouched.

        Reports of weight 0 count for nothing.

        Raises:
            ValueError: no report has weight, or a needed statistic is absent or misshapen.
        """
        ...


@runtime_checkable
class ReadsScalars(Aggregator, Protocol):
    """An aggregator of local searches that takes their logs of scalars, and no distribution."""

    reads_scalars: ClassVar[bool]


@runtime_checkable
class Personalising(Aggregator, Protocol):
    """An aggregator that also comes to a belief of its own for every owner, from score work.

    The shared belief is the state's distribution and is broadcast; the owners' own are not.
    """

    def learned(
        self, state: State, work: Score, reports: Sequence[Report], sizes: Mapping[str, int]
    ) -> State:
        """Return the state with the evidence of a round and the shared belief it leads to.

        Law: without new evidence the belief does not change.

        Args:
            state: after the merge; its distribution is the shared belief so far.
            work: what the reports are on.
            reports: of the round.
            sizes: training examples of every owner.

        Raises:
            ValueError: a needed statistic is absent or misshapen, or the distribution is not one
                that this aggregator can give owners a belief in.
        """
        ...

    def personal(self, state: State) -> Grouped:
        """Return the belief of every owner that has reported, by name.

        Raises:
            ValueError: nobody has.
        """
        ...
