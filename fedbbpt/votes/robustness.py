"""How many dishonest clients a result can bear, from sums alone.

What is said is true whatever up to f clients did, as long as the others are honest; it does not say
that the honest ones are right.
"""

from collections.abc import Callable, Sequence

from fedbbpt.votes.sums import Total
from fedbbpt.votes.tally import Tally

ROUNDING = 1e-9
"""Weights that are no counts are compared with this much to spare, of all weight there is."""

Claim = Callable[[Tally, int], bool]


def certified(tally: Tally, f: int) -> bool:
    """Say whether the winner is what the others chose among themselves, whichever f clients lie.

    With R the sum of the f largest reaches (f for one plain vote each, f s for s samples, the sum
    of the f largest weights for weighted votes) it holds where

    - the winner's weight is more than R, so that honest votes for it are left, and
    - its lead is more than R; or it is R, and the tie is the winner's even where R of its votes in
      the question's own words were the liars'.

    For one plain vote a client this is exact: where it fails, some f clients, taken away, leave
    another winner. For more samples, weights or spreads it is sufficient. Weights are taken as
    given: where liars could move them, as by agreement, that is not in the claim.

    Raises:
        ValueError: f below 0.
    """
    if f < 0:
        raise ValueError(f"f: {f} clients cannot lie; give 0 or more")
    if tally.winner is None:
        return False
    first, rival = tally.standings[0], tally.rival
    reach = _reach(tally, f)
    if first.weight <= reach:
        return False
    if rival is None or tally.lead > reach:
        return True
    return tally.lead == reach and _keeps_tie(first, rival, reach, tally.rules.choices)


def unswayable(tally: Tally, f: int) -> bool:
    """Say whether no f of the counted clients could have had another winner by voting otherwise.

    It holds where the lead is more than twice the sum of the f largest reaches: a client that
    changes sides takes its votes along. Sufficient; whoever voted is what it is about, not who
    kept silent.

    Raises:
        ValueError: f below 0.
    """
    if f < 0:
        raise ValueError(f"f: {f} clients cannot change sides; give 0 or more")
    return tally.winner is not None and (f == 0 or tally.lead > 2 * _reach(tally, f))


def tolerated(tally: Tally) -> int | None:
    """Return the largest f for which the winner is ``certified``, None where not even for 0."""
    return _largest(tally, certified)


def unswayed_by(tally: Tally) -> int | None:
    """Return the largest f for which the winner is ``unswayable``, None where there is none."""
    return _largest(tally, unswayable)


def _largest(tally: Tally, holds: Claim) -> int | None:
    passed = [f for f in range(len(tally.sums.reaches) + 1) if holds(tally, f)]
    return max(passed, default=None)


def _reach(tally: Tally, f: int) -> float:
    reach = sum(tally.sums.reaches[:f])
    exact = f == 0 or tally.rules.counts_alike
    return reach if exact else reach + ROUNDING * sum(tally.sums.reaches)


def _keeps_tie(first: Total, rival: Total, reach: float, choices: Sequence[str]) -> bool:
    left = max(0.0, first.originals - reach)
    if left != rival.originals:
        return left > rival.originals
    if choices:
        return choices.index(first.answer) < choices.index(rival.answer)
    return first.answer < rival.answer
