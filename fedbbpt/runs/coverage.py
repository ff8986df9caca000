"""What happened to every owner's items, from the rounds and the held-out reports: pure counts."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.messages import Report
from fedbbpt.round_scores import OwnerRound
from fedbbpt.runs.results import OwnerCoverage
from fedbbpt.server import RoundSummary


def owner_coverage(
    rounds: Sequence[RoundSummary], held_out: Sequence[Report]
) -> tuple[OwnerCoverage, ...]:
    """Return the counts of every owner over the search, dev and test, in the order of their names.

    Law: summed over owners they are the counts of the run.
    """
    searched: dict[str, list[OwnerRound]] = {}
    reported: dict[str, list[Report]] = {}
    for summary in rounds:
        for own in summary.owners:
            searched.setdefault(own.owner, []).append(own)
    for report in held_out:
        reported.setdefault(report.client, []).append(report)
    return tuple(
        _coverage(name, searched.get(name, []), reported.get(name, []))
        for name in sorted(searched.keys() | reported.keys())
    )


def _coverage(
    owner: str, searched: Sequence[OwnerRound], reported: Sequence[Report]
) -> OwnerCoverage:
    both: tuple[OwnerRound | Report, ...] = (*searched, *reported)
    floored = [report.statistics["floored"] for report in reported]
    return OwnerCoverage(
        owner=owner,
        rounds=len(searched),
        asked=sum(part.asked for part in both),
        missing=sum(part.missing for part in both),
        unreadable=sum(part.unreadable for part in both),
        floored=int(sum(np.sum(counts) for counts in floored)),
        scored_held_out=sum(
            int(report.weight) * counts.size
            for report, counts in zip(reported, floored, strict=True)
        ),
    )
