"""What a search left in its bank: which instructions it wrote and which are worth their length."""

from collections import Counter

from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.lengths import Lengths
from fedbbpt.experiment.stages import Found
from fedbbpt.privacy.leak_guard import VERBATIM
from fedbbpt.runs.front import TOKENS, Weighed, pareto_front
from fedbbpt.runs.results import Bank, BankText
from fedbbpt.spaces.growth import GrowingSpace


def bank_of(prepared: Prepared, found: Found, lengths: Lengths | None) -> Bank | None:
    """Return the bank as results show it; None for a run without a proposer.

    Losses are those on the smallest block of the search, which all instructions share.

    Args:
        prepared: the run.
        found: by its search.
        lengths: of what was scored.
    """
    proposing, space = prepared.proposing, prepared.space_with(found.texts)
    if proposing is None or not isinstance(space, GrowingSpace):
        return None
    own = len(proposing.growth.space.texts)
    known = {} if lengths is None else lengths.by_point
    told = lengths is not None and lengths.unit == TOKENS
    length = {one.number: known.get(space.point(one.number).tobytes()) for one in found.scored}
    weighed = [
        Weighed(one.number, one.loss, size)
        for one in found.scored
        if (size := length[one.number]) is not None
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
            BankText(
                number=one.number,
                text=space.texts[one.number],
                new=one.number >= own,
                characters=len(space.texts[one.number]),
                loss=one.loss,
                tokens=length[one.number] if told else None,
            )
            for one in sorted(found.scored, key=lambda one: (one.loss, one.number))
        ),
        front=tuple(one.number for one in pareto_front(weighed)),
        guarded=sum(summary.guarded for summary in found.outcome.rounds),
        refused=tuple(sorted(refused.items())),
        near_verbatim=sum(count for rule, count in refused.items() if rule in VERBATIM),
    )
