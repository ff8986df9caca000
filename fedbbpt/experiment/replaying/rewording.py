"""Paraphrases of questions, written through an owner's endpoint and paid for."""

from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Endpoint
from fedbbpt.library.request_templates import load_template
from fedbbpt.reasoning.wordings import kept_wordings, wording_in
from fedbbpt.replay.answers_table import Condition, Cost

LONGEST = 160
"""Tokens of a paraphrase at most."""

HEAT = 0.7
"""Temperature of the writing."""


class Reworded(NamedTuple):
    """What was made of one question.

    Attributes:
        texts: those that were fit to be kept, no two alike and none the question itself.
        cost: of all that were written, kept or not.
        dropped: how many were not kept.
    """

    texts: tuple[str, ...]
    cost: Cost
    dropped: int


def wording_of(condition: Condition, place: int) -> Condition:
    """Return the condition under which the paraphrase at a place, from 0, is asked."""
    return condition._replace(wording=f"paraphrase {place + 1}")


async def reworded(endpoint: Endpoint, questions: Sequence[str], count: int) -> list[Reworded]:
    """Write so many paraphrases of each question; with other numbers or options they are dropped.

    Raises:
        FedbbptError: the endpoint cannot go on.
    """
    template = load_template("asking", "same-numbers")
    requests = [
        Request(template.filled({"question": question}), LONGEST, HEAT, sample=sample)
        for question in questions
        for sample in range(count)
    ]
    replies = await endpoint.complete(requests) if requests else []
    return [
        _kept(question, replies[place * count : (place + 1) * count])
        for place, question in enumerate(questions)
    ]


def _kept(question: str, replies: Sequence[Completion | Missing]) -> Reworded:
    there = [reply for reply in replies if isinstance(reply, Completion)]
    kept = kept_wordings(question, (wording_in(reply) for reply in there), same=True).kept
    usage = sum((reply.usage for reply in there), Usage())
    cost = Cost(len(there), usage.prompt_tokens + usage.completion_tokens)
    return Reworded(kept, cost, len(replies) - len(kept))
