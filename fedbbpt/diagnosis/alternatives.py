"""How many alternatives of the first token an endpoint reports: a search over usual limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.probes import GREETING, Probe, Reply
from fedbbpt.diagnosis.template import leading_space

LADDER = (1, 2, 5, 8, 20, 40, 100, 200)
"""Limits that servers are known to set, and the most that a run may ask for."""

MOST_PROBES = 4
PROBES = tuple(Probe(GREETING, top_logprobs=LADDER[-1]) for _ in range(MOST_PROBES))
_LOST = frozenset({0, 408, 409, 425, 429, 503, 529})
"""Statuses that say nothing about what was asked for; 0 stands for no reply at all."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What was found out.

    Attributes:
        accepted: the most that a request may ask for, of those tried; 0 means text only.
        given: how many came then.
        refused: the fewest that were refused, or None.
        silent: True where a request for some was accepted and none came.
        reason: of the first refusal, empty for none.
        spaced: whether the likeliest first word comes with a space before it; None where unknown.
    """

    accepted: int = 0
    given: int = 0
    refused: int | None = None
    silent: bool = False
    reason: str = ""
    spaced: bool | None = None


async def probe_alternatives(asker: Asker, form: ChatForm) -> Alternatives:
    """Return what at most ``MOST_PROBES`` calls say."""
    replies: dict[int, Reply] = {}
    while (count := next_count(replies)) is not None:
        replies[count] = await asker.ask(Probe(GREETING, top_logprobs=count), form)
    return judge_alternatives(replies)


def next_count(replies: Mapping[int, Reply]) -> int | None:
    """Return how many to ask for next, or None when enough is known.

    Args:
        replies: by the number asked for.

    >>> next_count({})
    20
    """
    found = judge_alternatives(replies)
    lost = any(reply.status in _LOST for reply in replies.values())
    if lost or found.silent or found.given < found.accepted:
        return None
    low = LADDER.index(found.accepted) if found.accepted else -1
    high = LADDER.index(found.refused) if found.refused else len(LADDER)
    return LADDER[(low + high + 1) // 2] if high - low > 1 else None


def judge_alternatives(replies: Mapping[int, Reply]) -> Alternatives:
    """Return what the replies so far say, by the number asked for."""
    given = {count: _given(r) for count, r in replies.items() if r.status not in _LOST}
    good = {count: came for count, came in given.items() if came}
    refused = sorted(count for count, came in given.items() if came is None)
    accepted = max(good, default=0)
    named = replies[accepted].completion if accepted else None
    reasons = (reply.reason for reply in replies.values() if reply.reason)
    return Alternatives(
        accepted=accepted,
        given=good.get(accepted, 0),
        refused=refused[0] if refused else None,
        silent=not good and any(came == 0 for came in given.values()),
        reason=next(reasons, ""),
        spaced=leading_space(named.first) if named else None,
    )


def _given(reply: Reply) -> int | None:
    return len(reply.completion.first) if reply.completion else None
