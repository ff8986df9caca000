"""What is asked on behalf of somebody, and what that may cost: values of an estimate."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.endpoints.spending.ledger import Worst


@dataclass(frozen=True, slots=True)
class Share:
    """What is asked on behalf of one owner.

    Attributes:
        owner: its name; ``shared`` for the question that tells the model of several owners.
        search: calls of the search at most.
        expected: calls of the search, if every planned one is made.
        held_out: further calls at most.
        held_out_worst: what these may cost together.
        worst: what one call of the search may cost.
        usual: what one call usually costs, no beginning being cheaper.
    """

    owner: str
    search: int
    expected: int
    held_out: int
    held_out_worst: Worst
    worst: Worst
    usual: Worst


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an owner's calls cost, or those of all; attempts after lost replies are not in it.

    Attributes:
        owner: its name.
        calls: at most.
        most: what they cost at most.
        usual: what they cost as expected, if every planned call is made.
    """

    owner: str
    calls: int
    most: Worst
    usual: Worst


def added(amounts: Sequence[tuple[int, Worst]]) -> Worst:
    """Return what so many calls of each cost together; unknown where one price is."""
    tokens = sum(count * worst.tokens for count, worst in amounts)
    if any(count and worst.nanodollars is None for count, worst in amounts):
        return Worst(tokens, None)
    return Worst(tokens, sum(count * (worst.nanodollars or 0) for count, worst in amounts))


def least(first: Worst, second: Worst) -> Worst:
    """Return the smaller of two bounds of the same calls."""
    tokens = min(first.tokens, second.tokens)
    if first.nanodollars is None or second.nanodollars is None:
        return Worst(tokens, None)
    return Worst(tokens, min(first.nanodollars, second.nanodollars))
