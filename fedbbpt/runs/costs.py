"""What a run cost, in words: money, and a table with a line for every owner."""

from collections.abc import Iterable
from typing import NamedTuple

from fedbbpt.money import shown
from fedbbpt.runs.results import OwnerCost, Stats

UNKNOWN = "unknown"
TOGETHER = "together"


class CostLine(NamedTuple):
    """One owner's line of the table, or that of all together, as texts."""

    owner: str
    requests: str
    hits: str
    calls: str
    possibly_billed: str
    failed: str
    read: str
    cached: str
    written: str
    settled: str
    possible: str


def money_phrase(settled: int, possible: int, unpriced: int) -> str:
    """Return what calls cost, in nano-dollars settled and possible beyond that.

    >>> money_phrase(12_300_000, 0, 0), money_phrase(0, 0, 7)
    ('$0.0123', 'money unknown')
    >>> money_phrase(12_300_000, 1_000_000, 2)
    '$0.0123 to $0.0133, and unknown for 2 calls'
    """
    if unpriced and not (settled or possible):
        return f"money {UNKNOWN}"
    span = f"{shown(settled)} to {shown(settled + possible)}" if possible else shown(settled)
    return f"{span}, and {UNKNOWN} for {unpriced:,} calls" if unpriced else span


def run_money(stats: Stats) -> str:
    """Return what a whole run cost."""
    return money_phrase(stats.nanodollars, stats.possibly_billed_nanodollars, stats.unpriced)


def cost_lines(stats: Stats) -> list[CostLine]:
    """Return a line for every owner, and one for all together where there are several.

    ``shared`` stands for the question that tells the model of an endpoint of several owners.
    """
    lines = [_line(cost) for cost in stats.owners]
    return [*lines, _line(_together(stats.owners))] if len(lines) > 1 else lines


def _line(cost: OwnerCost) -> CostLine:
    known = not cost.unpriced or cost.nanodollars or cost.possibly_billed_nanodollars
    more = " + ?" if cost.unpriced and known else ""
    return CostLine(
        owner=cost.owner,
        requests=f"{cost.requests:,}",
        hits=f"{cost.hits:,}",
        calls=f"{cost.calls:,}",
        possibly_billed=f"{cost.possibly_billed:,}",
        failed=f"{cost.failed:,}",
        read=f"{cost.prompt_tokens:,}",
        cached=f"{cost.cached_tokens:,}",
        written=f"{cost.completion_tokens:,}",
        settled=f"{shown(cost.nanodollars)}{more}" if known else UNKNOWN,
        possible=shown(cost.possibly_billed_nanodollars) if known else UNKNOWN,
    )


def _together(costs: Iterable[OwnerCost]) -> OwnerCost:
    held = tuple(costs)
    return OwnerCost(
        owner=TOGETHER,
        requests=sum(cost.requests for cost in held),
        hits=sum(cost.hits for cost in held),
        calls=sum(cost.calls for cost in held),
        possibly_billed=sum(cost.possibly_billed for cost in held),
        failed=sum(cost.failed for cost in held),
        prompt_tokens=sum(cost.prompt_tokens for cost in held),
        cached_tokens=sum(cost.cached_tokens for cost in held),
        completion_tokens=sum(cost.completion_tokens for cost in held),
        nanodollars=sum(cost.nanodollars for cost in held),
        possibly_billed_nanodollars=sum(cost.possibly_billed_nanodollars for cost in held),
        unpriced=sum(cost.unpriced for cost in held),
    )
