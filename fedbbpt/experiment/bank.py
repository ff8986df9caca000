"""What a search left in its bank: which instructions it wrote and which are worth their length."""

from collections import Counter

from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.stages import Found
from fedbbpt.privacy.leak_guard import VERBATIM
from fedbbpt.runs.front import Weighed, pareto_front
from fedbbpt.runs.results import Bank, BankText
from fedbbpt.spaces.growth import GrowingSpace


def bank_of(prepared: Prepared, found: Found) -> Bank | None:
    """Return the bank as results show it; None for a run without a proposer.

    Losses are those on the smallest block of the search, which all instructions share.
    """
    proposing, space = prepared.proposing, prepared.space_with(found.texts)
    if proposing is None or not isinstance(space, GrowingSpace):
        return None
    own = len(proposing.growth.space.texts)
    weighed = [
        Weighed(scored.number, scored.loss, len(space.texts[scored.number]))
        for scored in found.scored
    ]
    refused: Counter[str] = Counter()
    for summary in found.outcome.rounds:
        refused.update(dict(summary.refused))
    return Bank(
        proposer=str(prepared.run.proposer["use"]),
        at=proposing.growth.proposer.at,
        written=found.written,
        dropped=sum(summary.dropped for summary in found.outcome.rounds),
        joined=len(found.texts),
        texts=tuple(
            BankText(one.number, space.texts[one.number], one.number >= own, one.length, one.loss)
            for one in sorted(weighed, key=lambda one: (one.loss, one.number))
        ),
        front=tuple(one.number for one in pareto_front(weighed)),
        guarded=sum(summary.guarded for summary in found.outcome.rounds),
        refused=tuple(sorted(refused.items())),
        near_verbatim=sum(count for rule, count in refused.items() if rule in VERBATIM),
    )
