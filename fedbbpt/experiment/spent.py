"""What a run cost so far: from its journal, and from what this process asked."""

from collections import Counter

from fedbbpt.config.connect import Connected
from fedbbpt.endpoints.spending.ledger import Ledger
from fedbbpt.runs.damage_words import damaged_log
from fedbbpt.runs.directory import CALLS, ROUNDS
from fedbbpt.runs.results import OwnerCost, Stats
from fedbbpt.storage.damage import Damage

UNTOLD = "(damaged records)"
"""Owner of what nobody can tell any more whose it was."""


def spent(lines: Connected, seconds: float, openings: int, rounds: Damage) -> Stats:
    """Return what the run's journal holds and what was asked over ``lines``.

    Args:
        lines: of the run.
        seconds: of this process.
        openings: of the sealed test split.
        rounds: what was damaged in the log of rounds.
    """
    journal = lines.journal
    ledger = journal.tally()
    return Stats(
        requests=sum(endpoint.requests for endpoint in lines.opened),
        hits=sum(endpoint.hits for endpoint in lines.opened),
        calls=ledger.calls,
        possibly_billed=ledger.possibly_billed,
        failed=ledger.failed,
        prompt_tokens=ledger.prompt_tokens,
        completion_tokens=ledger.completion_tokens,
        seconds=seconds,
        openings=openings,
        shared=journal.shared,
        cached_tokens=ledger.cached_tokens,
        nanodollars=ledger.nanodollars,
        possibly_billed_nanodollars=ledger.possibly_billed_nanodollars,
        unpriced=ledger.unpriced,
        owners=_owners(lines),
        dropped_wordings=sum(objective.dropped["wordings"] for objective in lines.objectives),
        damaged=(
            *damaged_log(CALLS, journal.damage, journal.skipped),
            *damaged_log(ROUNDS, rounds),
        ),
        totals_lost=bool(ledger.lost),
    )


def _owners(lines: Connected) -> tuple[OwnerCost, ...]:
    requests: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for endpoint in lines.opened:
        requests[endpoint.owner] += endpoint.requests
        hits[endpoint.owner] += endpoint.hits
    ledgers = lines.journal.account.ledgers
    return tuple(
        _cost(owner, requests[owner], hits[owner], ledgers.get(owner, Ledger()))
        for owner in sorted(requests.keys() | ledgers.keys())
    )


def _cost(owner: str, requests: int, hits: int, ledger: Ledger) -> OwnerCost:
    return OwnerCost(
        owner=owner or UNTOLD,
        requests=requests,
        hits=hits,
        calls=ledger.calls,
        possibly_billed=ledger.possibly_billed,
        failed=ledger.failed,
        prompt_tokens=ledger.prompt_tokens,
        cached_tokens=ledger.cached_tokens,
        completion_tokens=ledger.completion_tokens,
        nanodollars=ledger.nanodollars,
        possibly_billed_nanodollars=ledger.possibly_billed_nanodollars,
        unpriced=ledger.unpriced,
    )
