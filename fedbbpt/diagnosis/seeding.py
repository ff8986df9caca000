"""Whether a seed decides what is drawn at temperature 1."""

from collections.abc import Sequence

from fedbbpt.diagnosis.probes import Reply

KEPT, IGNORED, REFUSED, UNCLEAR = "kept", "ignored", "refused", "unclear"


def judge_seed(same: Sequence[Reply], others: Sequence[Reply]) -> str:
    """Return ``kept``, ``ignored``, ``refused`` or ``unclear``.

    Args:
        same: replies to one question with one seed.
        others: replies to the same question with other seeds.
    """
    replies = [*same, *others]
    if any(reply.status in {400, 422} for reply in replies):
        return REFUSED
    if any(reply.completion is None for reply in replies):
        return UNCLEAR
    repeated = {reply.text for reply in same}
    if len(repeated) > 1:
        return IGNORED
    return KEPT if {reply.text for reply in others} - repeated else UNCLEAR
