"""Exchanges held side by side at one endpoint, with what each of them cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fedbbpt.answers import Answer, Missing
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Endpoint
from fedbbpt.extraction.reply import CUT_OFF
from fedbbpt.reasoning import Dialogue, Reasoning
from fedbbpt.reasoning.direct import Direct
from fedbbpt.reasoning.exchange import dropped_by


class Paid(NamedTuple):
    """A request that was answered: its key, and what its reply took."""

    key: str
    usage: Usage


class Told(NamedTuple):
    """How an exchange ended.

    Attributes:
        answer: to its question.
        paid: the requests that were answered; exchanges that ask the same share a key.
        cut_off: whether a reply of the last step reached its largest length.
        dropped: other wordings of the question that it threw away.
    """

    answer: Answer
    paid: tuple[Paid, ...]
    cut_off: bool = False
    dropped: int = 0


@dataclass(slots=True, eq=False)
class _Exchange:
    dialogue: Dialogue
    asked: tuple[Request, ...] = ()
    replies: list[Completion | Missing] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def cut_off(self) -> bool:
        there = (reply for reply in self.replies if isinstance(reply, Completion))
        return any(reply.finish_reason in CUT_OFF for reply in there)


async def converse(
    endpoint: Endpoint, dialogues: Sequence[Dialogue], temperature: float
) -> list[Told]:
    """Hold all exchanges, one batch a step; one end each, in their order.

    Args:
        endpoint: where they are held.
        dialogues: each at its beginning.
        temperature: of first requests that have none of their own; later ones only read out.

    Raises:
        EndpointError: the endpoint refuses for good.
        BudgetError: a cap would be passed.
    """
    exchanges = [_Exchange(dialogue) for dialogue in dialogues]
    waiting, heat = exchanges, temperature
    while waiting:
        for one in waiting:
            _step(one, heat)
        waiting, heat = [one for one in waiting if one.answer is None], 0.0
        requests = [request for one in waiting for request in one.asked]
        replies = iter(await endpoint.complete(requests) if requests else ())
        for one in waiting:
            one.replies = [next(replies) for _ in one.asked]
            _note(one, endpoint.profile.identity)
    return [
        Told(one.answer, tuple(one.paid), one.cut_off, dropped_by(one.dialogue))
        for one in exchanges
        if one.answer is not None
    ]


def tells_all(reasoning: Reasoning) -> bool:
    """Say whether one reply tells the log-probabilities of all labels."""
    return isinstance(reasoning, Direct) and bool(reasoning.labels) and reasoning.top_logprobs > 0


def whole_texts(reasoning: Reasoning) -> bool:
    """Say whether a whole reply is the answer, so that one that was cut off is none."""
    return isinstance(reasoning, Direct) and not reasoning.labels and reasoning.kind is None


def _step(one: _Exchange, heat: float) -> None:
    step = one.dialogue.step(one.replies)
    if isinstance(step, Sequence):
        one.asked = tuple(
            replace(request, temperature=heat) if heat and not request.temperature else request
            for request in step
        )
    else:
        one.answer = step


def _note(one: _Exchange, identity: str) -> None:
    one.paid += [
        Paid(request.key(identity), reply.usage)
        for request, reply in zip(one.asked, one.replies, strict=True)
        if isinstance(reply, Completion)
    ]
