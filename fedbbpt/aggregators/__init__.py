"""How the owners' reports become the server's next state: pure functions.

To add an aggregator, write one file here with one public frozen dataclass named in ``__all__``.
"""

from collections.abc import Sequence
from typing import Protocol

from fedbbpt.messages import Report, State


class Aggregator(Protocol):
    """Merges reports; laws: order does not matter, one report alone is taken as it is."""

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state after one round; ``state`` and ``reports`` stay untouched.

        Reports of weight 0 count for nothing.

        Raises:
            ValueError: no report has weight, or a needed statistic is absent or misshapen.
        """
        ...
